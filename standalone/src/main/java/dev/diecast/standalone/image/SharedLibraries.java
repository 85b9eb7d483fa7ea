package dev.diecast.standalone.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The libraries that a program needs, found as ld.so would find them, in a tree of unpacked
 * packages.
 */
final class SharedLibraries {

  private static final List<String> DIRECTORIES =
      List.of(
          "usr/lib/x86_64-linux-gnu",
          "lib/x86_64-linux-gnu",
          "usr/lib64",
          "lib64",
          "usr/lib",
          "lib");

  private final Path root;

  SharedLibraries(Path root) {
    this.root = root;
  }

  /**
   * The program's libraries and theirs.
   *
   * @return soname to file
   * @throws NoSuchElementException when one is in none of the packages
   */
  SortedMap<String, Path> neededBy(Path program) throws IOException {
    SortedMap<String, Path> found = new TreeMap<>();
    Deque<Path> open = new ArrayDeque<>(List.of(program));
    while (!open.isEmpty()) {
      Path file = open.pop();
      for (String soname :
          ElfFile.read(file)
              .orElseThrow(() -> new IOException(file + " is not an ELF file"))
              .needed()) {
        if (!found.containsKey(soname)) {
          Path library =
              find(soname)
                  .orElseThrow(
                      () ->
                          new NoSuchElementException(
                              program + " needs " + soname + ", which no package has"));
          found.put(soname, library);
          open.push(library);
        }
      }
    }
    return found;
  }

  /** A library by its soname; symbolic links are followed, as long as they stay in the tree. */
  Optional<Path> find(String soname) throws IOException {
    for (String directory : DIRECTORIES) {
      Optional<Path> library = inTree(root.resolve(directory).resolve(soname));
      if (library.isPresent()) {
        return library;
      }
    }
    return inDirectoriesOfPackages(soname);
  }

  /** Libraries for one package's own use, which it names by a run path (ld.so(8), DT_RUNPATH). */
  private Optional<Path> inDirectoriesOfPackages(String soname) throws IOException {
    Path libraries = root.resolve(DIRECTORIES.getFirst());
    if (!Files.isDirectory(libraries)) {
      return Optional.empty();
    }
    try (Stream<Path> directories = Files.list(libraries)) {
      for (Path directory : directories.filter(Files::isDirectory).sorted().toList()) {
        Optional<Path> library = inTree(directory.resolve(soname));
        if (library.isPresent()) {
          return library;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Path> inTree(Path candidate) throws IOException {
    return Files.isRegularFile(candidate)
        ? Optional.of(candidate.toRealPath()).filter(real -> real.startsWith(toRealRoot()))
        : Optional.empty();
  }

  private Path toRealRoot() {
    try {
      return root.toRealPath();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
