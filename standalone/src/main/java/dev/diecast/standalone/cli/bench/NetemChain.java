package dev.diecast.standalone.cli.bench;

import dev.diecast.core.Rational;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.pipe.HostPipe;
import dev.diecast.daemon.linux.NetworkNamespaces;
import dev.diecast.daemon.network.bench.UdpLoad;
import dev.diecast.daemon.network.kernel.DeviceTree;
import dev.diecast.daemon.network.kernel.KernelPipes;
import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.cli.session.Refusal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The kernel's own chain of pipes: network namespaces one behind the other, each link of which is a
 * veth pair with engine kernel's pipe at its near end. Needs root, sch_htb and sch_netem.
 */
final class NetemChain implements AutoCloseable {
  private static final long DELAY_NANOS = 1_000_000;

  /** Wide and deep, so that it is the kernel that is measured and not what it is to emulate. */
  private static final HostPipe PIPE =
      new HostPipe(
          Rational.of(10_000_000_000L), DELAY_NANOS, 0, new QueueLimit.Packets(20_000), true);

  private static final int PORT = 7007;
  private static final int HEADER_BYTES = 14 + 20 + 8;
  private static final int SOCKET_BUFFER_BYTES = 8 << 20;

  private final int hops;
  private final List<String> namespaces = new ArrayList<>();
  private final List<DatagramChannel> channels = new ArrayList<>();

  private NetemChain(int hops) {
    this.hops = hops;
  }

  /**
   * Builds it.
   *
   * @throws Refusal where this host cannot, with its own words
   */
  static NetemChain build(int hops) {
    NetemChain chain = new NetemChain(hops);
    try {
      chain.build();
      return chain;
    } catch (RuntimeException e) {
      chain.close();
      throw e;
    }
  }

  private void build() {
    for (int i = 0; i <= hops; i++) {
      run("ip", "netns", "add", name(i));
      namespaces.add(name(i));
    }
    for (int i = 0; i < hops; i++) {
      String near = "near" + i;
      run(
          "ip",
          "-n",
          name(i),
          "link",
          "add",
          near,
          "type",
          "veth",
          "peer",
          "name",
          "far" + i,
          "netns",
          name(i + 1));
      up(i, near, address(i, 1));
      up(i + 1, "far" + i, address(i, 2));
      shape(i, near);
    }
    for (int i = 0; i <= hops; i++) {
      if (i < hops - 1) {
        route(i, address(hops - 1, 0), address(i, 2));
      }
      if (i > 1) {
        route(i, address(0, 0), address(i - 1, 1));
      }
      run("ip", "netns", "exec", name(i), "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
    }
  }

  private static void shape(int namespace, String device) {
    try (KernelPipes pipes = KernelPipes.in(Path.of("/run/netns", name(namespace)))) {
      pipes.apply(device, DeviceTree.of(PIPE));
    } catch (IOException e) {
      throw refusal(e.getMessage());
    }
  }

  private void up(int namespace, String device, String address) {
    run("ip", "-n", name(namespace), "addr", "add", address + "/24", "dev", device);
    run("ip", "-n", name(namespace), "link", "set", device, "up");
  }

  private void route(int namespace, String network, String gateway) {
    run("ip", "-n", name(namespace), "route", "add", network + "/24", "via", gateway);
  }

  private static String name(int namespace) {
    return "diecast-bench-" + namespace;
  }

  private static String address(int link, int host) {
    return "10.213.%d.%d".formatted(link, host);
  }

  private static void run(String... words) {
    HostCommand.Result result = HostCommand.of(List.of(words)).timeoutSeconds(30).run();
    if (!result.succeeded()) {
      throw refusal(String.join(" ", words) + ": " + String.join(" ", result.errors()));
    }
  }

  private static Refusal refusal(String problem) {
    return new Refusal(
        "--engines kernel: %s: needs root, iproute2 and the kernel's HTB and netem (modules sch_htb, sch_netem); `./diecast worker exec -- ./diecast bench pipes --engines core,kernel` has them"
            .formatted(problem));
  }

  /** Its load, for datagrams in frames of this size. */
  UdpLoad load(int frameBytes) throws IOException {
    InetSocketAddress server = new InetSocketAddress(address(hops - 1, 2), PORT);
    DatagramChannel receiver = inside(hops, () -> DatagramChannel.open());
    receiver.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
    receiver.bind(server);
    DatagramChannel sender = inside(0, () -> DatagramChannel.open());
    sender.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
    sender.connect(server);
    return new UdpLoad(sender, receiver, frameBytes - HEADER_BYTES, hops * DELAY_NANOS);
  }

  private DatagramChannel inside(int namespace, java.util.concurrent.Callable<DatagramChannel> open)
      throws IOException {
    DatagramChannel channel = NetworkNamespaces.inside("/run/netns/" + name(namespace), open);
    channels.add(channel);
    return channel;
  }

  @Override
  public void close() {
    for (DatagramChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        // It goes with the process.
      }
    }
    for (String namespace : namespaces) {
      HostCommand.of(List.of("ip", "netns", "delete", namespace)).timeoutSeconds(30).run();
    }
  }
}
