package dev.diecast.standalone.debian;

import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Packages unpacked into one directory, complete and never changed again.
 *
 * @param root holds {@code usr/}, {@code etc/} and so on
 * @param packages what is in it, sorted by name
 */
public record UnpackedPackages(Path root, List<DebianPackage> packages) {

  /**
   * The version of one of the packages.
   *
   * @throws NoSuchElementException when it is not among them
   */
  public String version(String name) {
    return packages.stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException(name))
        .version();
  }
}
