package dev.diecast.daemon.network;

import java.nio.file.Path;

/** How a virtual node's frames reach the engine. */
public sealed interface PortSpec {

  /** The engine listens at a path, for QEMU's {@code -netdev stream,server=off,addr.type=unix}. */
  record StreamListen(Path path) implements PortSpec {}

  /**
   * The engine connects to a path, for {@code -netdev stream,server=on,addr.type=unix}, and does so
   * again whenever the connection is lost: the way that survives a restart of either side.
   */
  record StreamConnect(Path path) implements PortSpec {}

  /**
   * A pair of datagram sockets, for {@code -netdev
   * dgram,local.type=unix,local.path=PEER,remote.type=unix,remote.path=LOCAL}.
   *
   * @param local path of the engine's socket
   * @param peer path of QEMU's
   */
  record Datagram(Path local, Path peer) implements PortSpec {}

  /** A tap device, made where there is none. */
  record Tap(String device) implements PortSpec {}

  /**
   * A tap device in another network namespace, made where there is none.
   *
   * @param namespace such as {@code /proc/7/ns/net}
   */
  record NamespacedTap(Path namespace, String device) implements PortSpec {}

  /**
   * A device that is there already, such as a veth. Its other end must have its offloads off
   * ({@code ethtool -K DEVICE tx off tso off gso off}), or frames come without checksums and longer
   * than its MTU.
   */
  record Device(String device) implements PortSpec {}
}
