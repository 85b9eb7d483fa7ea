package dev.diecast.daemon.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QemuCommandLineTest {
  private static final String UID = "0b5d7f0e-6f41-4b5c-9d0d-3f1f0d0f7a11";

  private static QemuCommandLine parse(String... arguments) {
    return QemuCommandLine.parse(List.of(arguments)).orElseThrow();
  }

  @Test
  void readsAPlainCommandLine() {
    QemuCommandLine qemu =
        parse(
            "/usr/bin/qemu-system-x86_64",
            "-uuid",
            UID.toUpperCase(java.util.Locale.ROOT),
            "-chardev",
            "socket,path=/var/a,,b.sock,server=on,wait=off,id=agent0",
            "-chardev",
            "socket,id=exec0,path=/exec.sock,server=on",
            "-device",
            "virtserialport,bus=vs.0,chardev=exec0,name=dev.diecast.exec.0",
            "-device",
            "virtserialport,chardev=agent0,name=org.qemu.guest_agent.0");
    assertThat(qemu.uuid()).isEqualTo(UID);
    assertThat(qemu.agent()).contains(new AgentChannel.SocketPath("/var/a,b.sock"));
  }

  @Test
  void readsLibvirtsJsonAndItsInheritedSocket() {
    QemuCommandLine qemu =
        parse(
            "/usr/libexec/qemu-kvm",
            "-uuid",
            UID,
            "-chardev",
            "socket,id=charchannel0,fd=28,server=on,wait=off",
            "-device",
            "{\"driver\":\"virtserialport\",\"bus\":\"virtio-serial0.0\",\"nr\":1,"
                + "\"chardev\":\"charchannel0\",\"id\":\"channel0\",\"name\":\"org.qemu.guest_agent.0\"}");
    assertThat(qemu.agent()).contains(new AgentChannel.InheritedSocket(28));
  }

  @Test
  void readsANestedJsonChardev() {
    QemuCommandLine qemu =
        parse(
            "qemu-system-aarch64",
            "-uuid",
            UID,
            "-chardev",
            "{\"id\":\"c0\",\"backend\":{\"type\":\"socket\",\"data\":{\"addr\":{\"type\":\"unix\","
                + "\"data\":{\"path\":\"/run/agent.sock\"}},\"server\":true}}}",
            "-device",
            "virtserialport,chardev=c0,name=org.qemu.guest_agent.0");
    assertThat(qemu.agent()).contains(new AgentChannel.SocketPath("/run/agent.sock"));
  }

  @Test
  void knowsWhatIsNoQemu() {
    assertThat(QemuCommandLine.parse(List.of())).isEmpty();
    assertThat(QemuCommandLine.parse(List.of("/usr/bin/java", "-uuid", UID))).isEmpty();
    assertThat(QemuCommandLine.parse(List.of("qemu-img", "-uuid", UID))).isEmpty();
    assertThat(QemuCommandLine.parse(List.of("qemu-system-x86_64", "-m", "1"))).isEmpty();
    assertThat(QemuCommandLine.parse(List.of("qemu-system-x86_64", "-uuid"))).isEmpty();
  }

  @Test
  void aMachineMayHaveNoAgent() {
    assertThat(parse("qemu-system-x86_64", "-uuid", UID).agent()).isEmpty();
    assertThat(
            parse(
                    "qemu-system-x86_64",
                    "-uuid",
                    UID,
                    "-device",
                    "virtserialport,chardev=gone,name=org.qemu.guest_agent.0")
                .agent())
        .isEmpty();
    assertThat(
            parse(
                    "qemu-system-x86_64",
                    "-uuid",
                    UID,
                    "-chardev",
                    "{not json",
                    "-device",
                    "{not json")
                .agent())
        .isEmpty();
  }

  @Test
  void readsStartTicksPastAnyName() {
    String fields = " S 1 2 2 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0";
    assertThat(ProcFiles.startTicks("12 (a) b (c)" + fields)).hasValue(4711);
    assertThat(ProcFiles.startTicks("12 (x)" + fields.replace(" S ", " Z "))).isEmpty();
  }

  @Test
  void findsNetworkCardsByTheirAddress() {
    assertThat(
            parse(
                    "qemu-system-x86_64",
                    "-uuid",
                    UID,
                    "-netdev",
                    "stream,id=net0,server=on,addr.type=unix,addr.path=/run/a,,b.sock",
                    "-device",
                    "virtio-net-device,netdev=net0,mac=02:DC:0a:40:01:03",
                    "-netdev",
                    "user,id=net1,restrict=on",
                    "-device",
                    "virtio-net-device,netdev=net1,mac=02:00:00:00:00:01",
                    "-netdev",
                    "stream,id=net2,server=off,addr.type=unix,addr.path=/run/c.sock",
                    "-device",
                    "virtio-net-device,netdev=net2,mac=02:00:00:00:00:02")
                .networks())
        .isEqualTo(Map.of("02:dc:0a:40:01:03", new NetworkChannel.StreamSocket("/run/a,b.sock")));
  }

  /** As libvirt 10 writes it under KubeVirt. */
  @Test
  void findsTheTapsOfLibvirt() {
    assertThat(
            parse(
                    "/usr/bin/qemu-system-x86_64",
                    "-uuid",
                    UID,
                    "-netdev",
                    "{\"type\":\"tap\",\"fd\":\"33\",\"vhost\":true,\"vhostfd\":\"36\",\"id\":\"hostua-diecast\"}",
                    "-device",
                    "{\"driver\":\"virtio-net-pci-non-transitional\",\"host_mtu\":1480,\"netdev\":\"hostua-diecast\",\"id\":\"ua-diecast\",\"mac\":\"02:dc:0a:40:02:00\",\"bus\":\"pci.1\"}",
                    "-netdev",
                    "{\"type\":\"tap\",\"fds\":\"40:41\",\"id\":\"hostua-other\"}",
                    "-device",
                    "{\"driver\":\"virtio-net-pci\",\"netdev\":\"hostua-other\",\"mac\":\"02:00:00:00:00:01\"}")
                .networks())
        .isEqualTo(
            Map.of(
                "02:dc:0a:40:02:00",
                new NetworkChannel.InheritedTap(33),
                "02:00:00:00:00:01",
                new NetworkChannel.InheritedTap(40)));
  }
}
