package dev.diecast.standalone.image;

import dev.diecast.standalone.Progress;
import dev.diecast.standalone.debian.Closure;
import dev.diecast.standalone.debian.DebianPackages;
import dev.diecast.standalone.debian.PackageRequest;
import dev.diecast.standalone.debian.UnpackedPackages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The base image with one program of a package and the libraries that it needs, and nothing else of
 * what the package depends on: a guest's image is in its memory.
 *
 * @param reference of the image
 * @param program path in the package, such as {@code usr/bin/fio}
 */
public record ProgramImage(String reference, String packageName, String program) {

  /** fio: its package depends on Python and more, for scripts that nobody runs in a guest. */
  public static final ProgramImage FIO =
      new ProgramImage("diecast.dev/guests/fio:bookworm", "fio", "usr/bin/fio");

  /** iperf3: a stream of TCP between two guests, measured by the one that receives. */
  public static final ProgramImage IPERF =
      new ProgramImage("diecast.dev/guests/iperf3:bookworm", "iperf3", "usr/bin/iperf3");

  private static final String RELEASE = "bookworm";
  private static final String LIBRARIES = "usr/lib/x86_64-linux-gnu";

  /** Builds it where it is not there, or is there of another version of the base. */
  public GuestImage buildIfMissing(Path cache, Progress progress) {
    LocalImageStore store = new LocalImageStore(cache, progress);
    if (store.isCurrent(reference)) {
      return store.resolve(reference).orElseThrow();
    }
    UnpackedPackages unpacked =
        DebianPackages.ofRelease(cache, RELEASE, progress)
            .unpack(PackageRequest.of(Closure.FULL, packageName));
    try {
      Path overlay = Files.createTempDirectory("diecast-overlay-");
      try {
        lay(unpacked.root(), overlay);
        return new GuestImageBuilder(cache).build(reference, List.of(), List.of(overlay), progress);
      } finally {
        delete(overlay);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot build " + reference, e);
    }
  }

  private void lay(Path packages, Path overlay) throws IOException {
    Path file = packages.resolve(program);
    copy(file, overlay.resolve(program));
    for (Map.Entry<String, Path> library :
        new SharedLibraries(packages).neededBy(file).entrySet()) {
      copy(library.getValue(), overlay.resolve(LIBRARIES).resolve(library.getKey()));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> walk = Files.walk(tree)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
