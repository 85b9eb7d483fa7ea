package dev.diecast.daemon.network.model;

import dev.diecast.core.ethernet.Station;
import dev.diecast.daemon.linux.Bridges;
import dev.diecast.daemon.linux.Sockets;
import dev.diecast.daemon.network.NetworkNamespace;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.record.VmIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;

/**
 * A pod's namespace as virt-launcher makes it, whose tap0 is one end of a veth pair; at its other
 * end a second namespace plays the guest, with the kernel's own ARP, IPv6 and TCP, and with the
 * segmentation offload that a virtio card has.
 */
final class GuestPod implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final Station station;
  private final NetworkNamespace guest;
  private final NetworkNamespace pod;
  private final PodThread thread;

  GuestPod(Station station) throws Exception {
    this.station = station;
    this.guest = new NetworkNamespace("diecast-it-g" + station.number());
    this.pod = new NetworkNamespace("diecast-it-p" + station.number());
    pod.batch(
        List.of(
            "link add name tap0 type veth peer name eth0 netns diecast-it-g" + station.number(),
            "link add name k6t-eth0 type bridge",
            "link add name eth0-nic type veth peer name outside",
            "link set tap0 master k6t-eth0 up",
            "link set eth0-nic master k6t-eth0 up",
            "link set outside up",
            "link set k6t-eth0 up"));
    guest.batch(
        List.of(
            "link set eth0 address " + station.mac(),
            "link set eth0 up",
            "addr add " + ip(4).getHostAddress() + "/10 dev eth0",
            "addr add " + ip(16).getHostAddress() + "/96 dev eth0 nodad"));
    this.thread = PodThread.start(pod);
  }

  /**
   * @param bytes 4 or 16
   */
  InetAddress ip(int bytes) throws IOException {
    byte[] address =
        station.addresses().stream()
            .map(known -> known.bytes())
            .filter(known -> known.length == bytes)
            .findFirst()
            .orElseThrow();
    return InetAddress.getByAddress(address);
  }

  InetSocketAddress at(int bytes, int port) throws IOException {
    return new InetSocketAddress(ip(bytes), port);
  }

  private VmIdentity vm() {
    return new VmIdentity(
        "11111111-2222-4333-8444-00000000000" + station.number(),
        "default",
        "m-" + station.number());
  }

  /** As the daemon does it. */
  void join(TakenTaps taps, KernelEngine engine, int mtuBytes) throws IOException {
    TapTakeover.Door door = engine.door(station.number(), thread.key());
    try (PinnedNamespace namespace = PinnedNamespace.of(thread.proc(), thread.key())) {
      QemuProcess qemu = new QemuProcess(thread.key(), vm().uid(), Optional.empty());
      taps.take(vm(), qemu, namespace, "tap0", mtuBytes, door);
      if (!taps.isInForce(namespace, "tap0", door)) {
        throw new IOException("taken and not in force");
      }
    }
  }

  /** A socket of the guest's. */
  DatagramChannel datagrams(int addressBytes, int port) throws Exception {
    return guest.inside(
        () -> {
          DatagramChannel channel =
              DatagramChannel.open(
                  addressBytes == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
          channel.bind(new InetSocketAddress(port));
          channel.socket().setSoTimeout(PATIENCE_MILLIS);
          channel.socket().setReceiveBufferSize(8 << 20);
          return channel;
        });
  }

  ServerSocketChannel listen(int port) throws Exception {
    return guest.inside(() -> ServerSocketChannel.open().bind(new InetSocketAddress(port)));
  }

  SocketChannel connect(InetSocketAddress to) throws Exception {
    return guest.inside(() -> SocketChannel.open(to));
  }

  /** All frames that come to the guest's card. */
  dev.diecast.daemon.linux.Descriptor sniff() throws Exception {
    return guest.inside(() -> Sockets.packets("eth0"));
  }

  /** Whether the pod is as virt-launcher made it. */
  boolean isAsBefore() throws Exception {
    return pod.inside(
        () ->
            Bridges.isIn("k6t-eth0", "tap0")
                && !Bridges.exists(TapTakeover.BRIDGE)
                && !Bridges.exists(TapTakeover.LINK));
  }

  boolean hasLink() throws Exception {
    return pod.inside(() -> Bridges.exists(TapTakeover.LINK));
  }

  @Override
  public void close() throws IOException {
    thread.close();
    pod.close();
    guest.close();
  }
}
