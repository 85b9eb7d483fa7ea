package dev.diecast.standalone.virt;

import java.nio.file.Path;

/** Where QEMU finds an empty disk. */
public sealed interface DiskSource {

  /** A raw file or a block device. */
  record OfFile(Path path) implements DiskSource {}

  /** Served by NBD on a Unix socket. */
  record OfNbd(Path socket, String export) implements DiskSource {}
}
