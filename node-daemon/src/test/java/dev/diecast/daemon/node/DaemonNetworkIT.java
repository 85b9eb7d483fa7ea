package dev.diecast.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.resources.PipeGraphs;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.core.ethernet.MacAddress;
import dev.diecast.daemon.network.StreamGuest;
import dev.diecast.daemon.network.model.TwoNodeGraph;
import dev.diecast.daemon.support.VcpuProcess;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two daemons, on two addresses of the loopback device, that know of each other by what is in a
 * real API server alone; needs root.
 */
class DaemonNetworkIT extends DaemonSuite {
  private static final String OTHER = "it-other";
  private static final List<String> ADDRESSES = List.of("127.0.0.1", "127.0.0.2", "127.0.0.3");

  @TempDir Path sockets;
  @TempDir Path otherState;
  private Daemon other;

  private final PipeGraph graph = TwoNodeGraph.of(1, 20_000_000, false, NODE, OTHER);

  @AfterEach
  void stopOther() throws IOException {
    if (other != null) {
      other.close();
    }
    client.resources(PipeGraph.class).inAnyNamespace().delete();
    client.resources(DilationHost.class).delete();
  }

  private MacAddress mac(int station) {
    return PipeGraphs.stations(graph.getSpec()).get(station).mac();
  }

  private DilatedNode networked(int station, String host) {
    String name = station == 0 ? "m-a-0" : "m-b-0";
    client
        .resource(
            Serialization.unmarshal(
                """
                apiVersion: diecast.dev/v1alpha1
                kind: DilatedNode
                metadata:
                  name: %s
                  namespace: default
                  labels: {%s: %s}
                spec:
                  model: m
                  group: %s
                  index: 0
                  host: %s
                  timeDilation:
                    factor: "2"
                    driver: GuestKernel
                    modelClockOrigin: "2026-11-22T00:00:00.000000Z"
                  tscKilohertz: 2500000
                  machine: {cpus: 1, memory: 128Mi}
                  network:
                    address: 10.64.%d.0/10
                    macAddress: "%s"
                    mtuBytes: 1500
                    names: a@10.64.0.0+1
                  vm: {image: diecast.dev/guests/base, instancetype: {name: small}}
                """
                    .formatted(
                        name,
                        Api.LABEL_HOST,
                        host,
                        name.substring(2, 3),
                        host,
                        station,
                        mac(station)),
                GenericKubernetesResource.class))
        .create();
    return get(name);
  }

  /** QEMU's end of its socket, and a process that says on its command line that it has it. */
  private ServerSocketChannel qemu(DilatedNode node, int station) throws IOException {
    Path path = sockets.resolve("s" + station);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    VcpuProcess vm =
        VcpuProcess.idle(
            node.getMetadata().getUid(),
            List.of(
                "-netdev",
                "stream,id=n,server=on,addr.type=unix,addr.path=" + path,
                "-device",
                "virtio-net-pci,netdev=n,mac=" + mac(station)));
    vms.add(vm);
    cgroup.add(vm.pid());
    return server;
  }

  private byte[] frame(int number) {
    ByteBuffer frame = ByteBuffer.allocate(100);
    for (int station : new int[] {1, 0}) {
      long mac = mac(station).bits();
      frame.putShort((short) (mac >>> 32)).putInt((int) mac);
    }
    return frame.putShort((short) 0x88b5).putInt(number).array();
  }

  private static void cross(StreamGuest from, StreamGuest to, byte[] frame) throws IOException {
    from.send(List.of(frame));
    assertThat(to.receive()).isEqualTo(frame);
  }

  @Test
  void daemonsOfTwoHostsJoinThemselvesAndAgainWhenOneIsElsewhere() throws Exception {
    client.resource(graph).create();
    try (ServerSocketChannel left = qemu(networked(0, NODE), 0);
        ServerSocketChannel right = qemu(networked(1, OTHER), 1)) {
      start("diecast.network.address", ADDRESSES.get(0));
      awaitCondition("m-a-0", "Networked", "False", "NoPeerAddress");
      other = daemonOf(OTHER, otherState, "diecast.network.address", ADDRESSES.get(1));
      awaitCondition("m-a-0", "Networked", "True", "Attached");
      awaitCondition("m-b-0", "Networked", "True", "Attached");
      try (StreamGuest a = StreamGuest.of(left.accept())) {
        try (StreamGuest b = StreamGuest.of(right.accept())) {
          cross(a, b, frame(1));
          other.close(); // before its guest's end, or it would connect anew
        }
        awaitCondition("m-a-0", "Networked", "False", "PeerSilent");
        assertThat(condition("m-a-0", "Networked").getMessage()).contains(OTHER, "6490");
        assertThat(condition("m-a-0", "Faithful").getReason()).isEqualTo("NotNetworked");

        other = daemonOf(OTHER, otherState, "diecast.network.address", ADDRESSES.get(2));
        awaitCondition("m-a-0", "Networked", "True", "Attached");
        awaitCondition("m-b-0", "Networked", "True", "Attached");
        try (StreamGuest b = StreamGuest.of(right.accept())) {
          cross(a, b, frame(2));
        }
      }
      assertThat(daemon.metrics().text())
          .contains(
              "diecast_network_peer_packets_total{namespace=\"default\",model=\"m\",peer=\"it-other\",direction=\"out\",} 2.0")
          .contains("diecast_network_peer_silence_seconds{")
          .contains("diecast_network_refused_datagrams_total{");
    }
  }
}
