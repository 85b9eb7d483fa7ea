package dev.diecast.standalone.debian;

import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.SetupException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files that tell apt where its private state is and what it may use of the machine's
 * configuration (apt.conf(5)).
 */
final class AptConfiguration {

  /**
   * Packages that serve to install, which is not done here. They are declared as present, so that a
   * guest's closure does not drag perl and the package manager along.
   */
  private static final Set<String> INSTALLERS =
      Set.of(
          "adduser",
          "debconf",
          "dpkg",
          "init-system-helpers",
          "install-info",
          "libc-bin",
          "tar",
          "ucf",
          "usr-is-merged");

  private final Path directory;
  private final String release;

  AptConfiguration(Path directory, String release) {
    this.directory = directory;
    this.release = release;
  }

  /** For the environment variable APT_CONFIG. */
  Path file() {
    return directory.resolve("apt.conf");
  }

  /** The archives of Debian's, for the wanted release. */
  Path sources() {
    return directory.resolve("debian.sources");
  }

  /**
   * Writes it.
   *
   * @throws SetupException when this is no Debian, or its apt knows no archive of Debian's
   */
  void write() {
    if (HostCommand.find("apt-get").isEmpty() || HostCommand.find("dpkg-deb").isEmpty()) {
      throw new SetupException(
          "apt-get and dpkg-deb are not on PATH",
          "DieCast takes QEMU and its guests from Debian packages: run it on Debian 12 or later");
    }
    String sources = AptSources.ofThisMachine().renderFor(release);
    try {
      for (String child :
          List.of("lists/partial", "cache", "archives/partial", "state", "empty", "log")) {
        Files.createDirectories(directory.resolve(child));
      }
      Path file = sources();
      // Left alone when equal: its time tells whether the lists are of these sources.
      if (!Files.exists(file) || !Files.readString(file).equals(sources)) {
        Files.writeString(file, sources);
      }
      Files.writeString(directory.resolve("guest-status"), "");
      Files.writeString(file(), text());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write apt's configuration in " + directory, e);
    }
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    Map<String, String> own =
        Map.ofEntries(
            Map.entry("APT::Architecture", "amd64"),
            Map.entry("APT::Sandbox::User", "root"),
            Map.entry("APT::Update::Error-Mode", "any"),
            Map.entry("Debug::NoLocking", "true"),
            Map.entry("Dir::Etc::parts", directory.resolve("empty").toString()),
            Map.entry("Dir::Etc::sourceparts", directory.resolve("empty").toString()),
            Map.entry("Dir::Etc::preferencesparts", directory.resolve("empty").toString()),
            Map.entry("Dir::Etc::preferences", "/dev/null"),
            Map.entry("Dir::Etc::sourcelist", directory.resolve("debian.sources").toString()),
            Map.entry("Dir::State", directory.resolve("state").toString()),
            Map.entry("Dir::State::lists", directory.resolve("lists").toString()),
            Map.entry("Dir::State::status", directory.resolve("guest-status").toString()),
            Map.entry("Dir::Cache", directory.resolve("cache").toString()),
            Map.entry("Dir::Cache::archives", directory.resolve("archives").toString()),
            Map.entry("Dir::Log", directory.resolve("log").toString()));
    own.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> text.append(e.getKey()).append(" \"").append(e.getValue()).append("\";\n"));
    text.append("Acquire::Languages \"none\";\n");
    // Proxies, time-outs and the like of the machine hold here too; its hooks
    // (APT::Update::Post-Invoke and others) must not run.
    try (Stream<String> dump =
        HostCommand.of(List.of("apt-config", "dump")).run().output().stream()) {
      dump.filter(line -> line.startsWith("Acquire::"))
          .filter(
              line ->
                  !line.startsWith("Acquire::IndexTargets")
                      && !line.startsWith("Acquire::Languages"))
          .filter(line -> !line.endsWith(" \"\";"))
          .forEach(line -> text.append(line).append('\n'));
    }
    return text.toString();
  }

  /** What apt is to take as installed already when it resolves the request. */
  Path status(PackageRequest request) {
    if (request.closure() == Closure.MISSING_ON_HOST) {
      return Path.of("/var/lib/dpkg/status");
    }
    StringBuilder text = new StringBuilder();
    for (String name :
        INSTALLERS.stream().sorted().filter(n -> !request.packages().contains(n)).toList()) {
      text.append("Package: ")
          .append(name)
          .append("\nStatus: install ok installed\nMaintainer: none\nArchitecture: amd64\n");
      text.append("Version: 9999:0\nMulti-Arch: foreign\n");
      if (name.equals("debconf")) {
        text.append("Provides: debconf-2.0\n");
      }
      text.append("Description: not needed where nothing is installed\n\n");
    }
    try {
      return Files.writeString(directory.resolve("guest-status"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
