package dev.diecast.standalone.controlplane;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The programs of a Kubernetes control plane on this machine.
 *
 * @param directory holds {@link #PROGRAMS}
 * @param apiServerMinorVersion the n of Kubernetes 1.n
 */
public record ControlPlaneBinaries(Path directory, int apiServerMinorVersion) {

  public static final List<String> PROGRAMS =
      List.of("etcd", "kube-apiserver", "kube-controller-manager", "kubectl");

  /** As set for controller-runtime's envtest: a directory with its binaries. */
  public static final String ASSETS_VARIABLE = "KUBEBUILDER_ASSETS";

  private static final Pattern VERSION = Pattern.compile("v1\\.(\\d+)\\.");

  /** A place that may have some of the programs. */
  interface Source {
    String name();

    /**
     * The programs it can give, of those wanted.
     *
     * @throws ControlPlaneException where it can give none, with the reason
     */
    Map<String, Path> provide(List<String> wanted);
  }

  /**
   * Finds the programs, and gets or builds what this machine does not have yet: first in {@code
   * $KUBEBUILDER_ASSETS}, then in the cache of an earlier build, then by download as envtest does
   * it, then by a build from Debian's source package.
   *
   * @param cache the cache directory of this product
   * @param progress lines for people
   * @throws ControlPlaneException where some program is not to be had, saying why for each source
   */
  public static ControlPlaneBinaries locate(Path cache, Consumer<String> progress) {
    List<Source> sources = new ArrayList<>();
    Optional.ofNullable(System.getenv(ASSETS_VARIABLE))
        .filter(value -> !value.isBlank())
        .ifPresent(value -> sources.add(new AssetsDirectory(Path.of(value))));
    DebianBuild build = new DebianBuild(cache.resolve("control-plane-debian"), progress);
    // A finished build is complete and at once there; the internet need not be asked then.
    if (!build.isComplete()) {
      sources.add(new EnvtestBinaries(cache.resolve("envtest"), progress));
    }
    sources.add(build);
    return from(sources, cache.resolve("control-plane"), progress);
  }

  static ControlPlaneBinaries from(
      List<Source> sources, Path directory, Consumer<String> progress) {
    Map<String, Path> found = new LinkedHashMap<>();
    List<String> reasons = new ArrayList<>();
    for (Source source : sources) {
      List<String> missing = missing(found);
      if (missing.isEmpty()) {
        break;
      }
      if (!found.isEmpty()) {
        progress.accept(
            "without " + String.join(", ", missing) + " still; trying " + source.name());
      }
      try {
        found.putAll(source.provide(missing));
      } catch (ControlPlaneException e) {
        reasons.add(source.name() + ": " + e.getMessage());
        progress.accept(source.name() + ": " + e.getMessage());
      }
    }
    if (!missing(found).isEmpty()) {
      throw new ControlPlaneException(
          "no "
              + String.join(", ", missing(found))
              + " to be had:\n  "
              + String.join("\n  ", reasons)
              + "\nGive a directory that has "
              + String.join(", ", PROGRAMS)
              + " in "
              + ASSETS_VARIABLE
              + ", or mend one of the above.");
    }
    Path joined = join(found, directory);
    return new ControlPlaneBinaries(joined, minorVersion(joined.resolve("kube-apiserver")));
  }

  public Path program(String name) {
    return directory.resolve(name);
  }

  private static List<String> missing(Map<String, Path> found) {
    return PROGRAMS.stream().filter(program -> !found.containsKey(program)).toList();
  }

  /** The one directory that has all of them, or a directory of links. */
  private static Path join(Map<String, Path> found, Path directory) {
    Path common = found.get("kube-apiserver").toAbsolutePath().getParent();
    if (PROGRAMS.stream()
        .allMatch(name -> found.get(name).toAbsolutePath().equals(common.resolve(name)))) {
      return common;
    }
    try {
      Files.createDirectories(directory);
      for (Map.Entry<String, Path> program : found.entrySet()) {
        Path link = directory.resolve(program.getKey());
        Path fresh = directory.resolve(program.getKey() + "." + ProcessHandle.current().pid());
        Files.createSymbolicLink(fresh, program.getValue().toAbsolutePath());
        Files.move(
            fresh, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + directory, e);
    }
  }

  private static int minorVersion(Path apiServer) {
    try {
      Process process =
          new ProcessBuilder(apiServer.toString(), "--version").redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes());
      if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new ControlPlaneException(apiServer + " --version failed: " + output.strip());
      }
      Matcher matcher = VERSION.matcher(output);
      if (!matcher.find()) {
        throw new ControlPlaneException(apiServer + " says no version of Kubernetes: " + output);
      }
      return Integer.parseInt(matcher.group(1));
    } catch (IOException e) {
      throw new ControlPlaneException(apiServer + " cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ControlPlaneException("interrupted while asking " + apiServer, e);
    }
  }
}
