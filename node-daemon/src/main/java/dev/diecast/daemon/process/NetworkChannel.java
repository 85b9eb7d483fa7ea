package dev.diecast.daemon.process;

/** How a network card of a QEMU reaches the world. */
public sealed interface NetworkChannel {
  /** QEMU listens at a path, in its own view of the file system ({@code -netdev stream}). */
  record StreamSocket(String path) implements NetworkChannel {}

  /** A tap device that QEMU was handed, as libvirt does it under KubeVirt. */
  record InheritedTap(int fd) implements NetworkChannel {}
}
