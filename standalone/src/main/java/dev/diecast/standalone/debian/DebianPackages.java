package dev.diecast.standalone.debian;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.standalone.CacheLock;
import dev.diecast.standalone.FileTree;
import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.SetupException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Debian packages, fetched by apt and unpacked under the cache: nothing is installed, no maintainer
 * script runs, no privilege is needed.
 *
 * <p>A request that was served once is served from the cache from then on, without the network,
 * until {@link #refresh} is asked for. An unpack is prepared in a temporary directory and renamed
 * when complete, so what is found is always whole.
 */
public final class DebianPackages {

  /** Space left free beyond what is to be written. */
  private static final long DISK_RESERVE_BYTES = 200L << 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final String release;
  private final Progress progress;
  private final Apt apt;

  private DebianPackages(Path directory, String release, Progress progress) {
    this.directory = directory;
    this.release = release;
    this.progress = progress;
    this.apt = new Apt(directory, release, progress);
  }

  /**
   * Packages of one release.
   *
   * @param cache DieCast's cache directory
   * @param release a codename, such as {@code bookworm}; or {@code bookworm-backports}, which is
   *     what was made for it alone
   */
  public static DebianPackages ofRelease(Path cache, String release, Progress progress) {
    return new DebianPackages(
        cache.toAbsolutePath().resolve("debian").resolve(release), release, progress);
  }

  /**
   * Packages of the release that this host runs: what is to run on its libraries.
   *
   * @throws SetupException when the host is not a Debian
   */
  public static DebianPackages ofHost(Path cache, Progress progress) {
    return ofRelease(cache, hostCodename(Path.of("/etc/os-release")), progress);
  }

  public String release() {
    return release;
  }

  /** The packages of the request, unpacked; from the cache when it was served before. */
  public UnpackedPackages unpack(PackageRequest request) {
    return cached(request).orElseGet(() -> fetch(request));
  }

  /** As {@link #unpack}, but in the versions that the mirror has now. */
  public UnpackedPackages refresh(PackageRequest request) {
    try {
      Files.deleteIfExists(directory.resolve("updated"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return fetch(request);
  }

  /** The request's result where it needs no download. */
  public Optional<UnpackedPackages> cached(PackageRequest request) {
    Path pointer = pointer(request);
    try {
      if (!Files.exists(pointer)) {
        return Optional.empty();
      }
      Path root = directory.resolve("unpacked").resolve(Files.readString(pointer).strip());
      Path packages = packagesFile(root);
      if (!Files.isDirectory(root) || !Files.exists(packages)) {
        return Optional.empty();
      }
      return Optional.of(
          new UnpackedPackages(
              root, List.of(JSON.readValue(packages.toFile(), DebianPackage[].class))));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the cache " + directory, e);
    }
  }

  /**
   * The package that a meta package of Debian's stands for at present.
   *
   * @param realName what the real package's name looks like
   */
  public String realPackage(String metaPackage, Pattern realName) {
    try (CacheLock _ = CacheLock.acquire(directory, progress)) {
      apt.update();
      String depends =
          apt.depends(new PackageRequest(List.of(metaPackage), Closure.NONE).packages().getFirst());
      Matcher matcher = realName.matcher(depends);
      if (!matcher.find()) {
        throw new SetupException(
            "Debian's "
                + metaPackage
                + " depends on \""
                + depends
                + "\", which names no "
                + realName,
            "Report this: Debian changed the package");
      }
      return matcher.group();
    }
  }

  /**
   * As {@link #realPackage}, but chosen once and kept until the cache is emptied: what was built
   * from a package stays what it was.
   */
  public String realPackageOnce(String metaPackage, Pattern realName) {
    Path chosen = directory.resolve("chosen-" + metaPackage);
    try {
      if (Files.exists(chosen)) {
        return Files.readString(chosen).strip();
      }
      String real = realPackage(metaPackage, realName);
      writeAtomically(chosen, real.getBytes(StandardCharsets.UTF_8));
      return real;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot note the choice of " + metaPackage, e);
    }
  }

  private UnpackedPackages fetch(PackageRequest request) {
    try (CacheLock _ = CacheLock.acquire(directory, progress)) {
      Optional<UnpackedPackages> meanwhile =
          Files.exists(directory.resolve("updated")) ? cached(request) : Optional.empty();
      if (meanwhile.isPresent()) {
        return meanwhile.get();
      }
      // The lists alone fill a small file system.
      requireSpace(List.of());
      apt.update();
      List<DebianPackage> packages = apt.resolve(request);
      String name =
          sha256(
              packages.stream()
                  .map(p -> p.name() + " " + p.version() + " " + p.architecture())
                  .collect(Collectors.joining("\n")));
      Path root = directory.resolve("unpacked").resolve(name);
      if (!Files.isDirectory(root) || !Files.exists(packagesFile(root))) {
        requireSpace(packages);
        unpackInto(root, packages, apt.download(packages));
      }
      Path pointer = pointer(request);
      Files.createDirectories(pointer.getParent());
      writeAtomically(pointer, name.getBytes(StandardCharsets.UTF_8));
      return new UnpackedPackages(root, packages);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack Debian packages in " + directory, e);
    }
  }

  private void unpackInto(Path root, List<DebianPackage> packages, Path archives)
      throws IOException {
    progress.step("Unpacking " + packages.size() + " Debian packages");
    Files.createDirectories(root.getParent());
    removeLeftovers(root.getParent());
    Path temporary = Files.createTempDirectory(root.getParent(), ".unpacking-");
    for (DebianPackage p : packages) {
      progress.detail(p.name() + " " + p.version());
      Path file = archives.resolve(p.fileName());
      HostCommand.Result result =
          HostCommand.of(List.of("dpkg-deb", "-x", file.toString(), temporary.toString())).run();
      if (!result.succeeded()) {
        // A package cut short by a full disk or a crash would fail for ever.
        Files.deleteIfExists(file);
        throw new SetupException(
            "cannot unpack " + p.pinned() + ": " + String.join("; ", result.errors()),
            "Try again: it will be fetched anew");
      }
    }
    writeAtomically(
        packagesFile(root), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(packages));
    Files.move(temporary, root, StandardCopyOption.ATOMIC_MOVE);
    for (DebianPackage p : packages) {
      Files.deleteIfExists(archives.resolve(p.fileName()));
    }
  }

  /** What an interrupted run left; nobody else can be at it, the lock is ours. */
  private void removeLeftovers(Path parent) throws IOException {
    List<Path> leftovers;
    try (Stream<Path> children = Files.list(parent)) {
      leftovers =
          children.filter(p -> p.getFileName().toString().startsWith(".unpacking-")).toList();
    }
    for (Path leftover : leftovers) {
      FileTree.delete(leftover);
    }
  }

  private void requireSpace(List<DebianPackage> packages) throws IOException {
    long needed =
        packages.stream().mapToLong(p -> p.downloadBytes() + p.installedKibibytes() * 1024).sum()
            + DISK_RESERVE_BYTES;
    long usable = Files.getFileStore(directory).getUsableSpace();
    if (usable < needed) {
      throw new SetupException(
          "%s has %d MB free, %d MB are needed: %d MB are missing"
              .formatted(
                  directory, usable / 1_000_000, needed / 1_000_000, (needed - usable) / 1_000_000),
          "Free that much, or let XDG_CACHE_HOME name a directory on a larger file system");
    }
  }

  static String hostCodename(Path osRelease) {
    try {
      for (String line :
          Files.exists(osRelease) ? Files.readAllLines(osRelease) : List.<String>of()) {
        if (line.startsWith("VERSION_CODENAME=")) {
          return line.substring(line.indexOf('=') + 1).replace("\"", "").strip();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new SetupException(
        osRelease + " names no VERSION_CODENAME", "Run DieCast on Debian 12 or later");
  }

  private Path pointer(PackageRequest request) {
    return directory.resolve("requests").resolve(sha256(request.key()));
  }

  private static Path packagesFile(Path root) {
    return root.resolveSibling(root.getFileName() + ".json");
  }

  private static void writeAtomically(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.write(temporary, content);
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
