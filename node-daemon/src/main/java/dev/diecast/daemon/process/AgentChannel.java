package dev.diecast.daemon.process;

/** Where QEMU listens for clients of its guest agent port. */
public sealed interface AgentChannel {
  /** A path in QEMU's own view of the file system. */
  record SocketPath(String path) implements AgentChannel {}

  /** A listening socket that QEMU was handed, as libvirt does it. */
  record InheritedSocket(int fd) implements AgentChannel {}
}
