package dev.diecast.daemon.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
}
