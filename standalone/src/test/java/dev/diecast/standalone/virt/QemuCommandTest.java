package dev.diecast.standalone.virt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.ethernet.MacAddress;
import dev.diecast.standalone.image.GuestImage;
import dev.diecast.standalone.qemu.Accelerator;
import dev.diecast.standalone.qemu.QemuInstallation;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QemuCommandTest {

  private static final GuestImage KERNEL =
      new GuestImage("k:1", Path.of("/i/vmlinuz"), Path.of("/i/initrd"), Optional.empty());
  private static final GuestImage DISK =
      new GuestImage(
          "d:1", Path.of("/d/vmlinuz"), Path.of("/d/initrd"), Optional.of(Path.of("/d/a,b.img")));

  private static final GuestDefinition.NetworkInterface POD = GuestDefinition.NetworkInterface.POD;

  @Test
  void bootsTheKernelWithItsArgumentsAsOneWord() {
    List<String> words = words(guest(List.of()), Accelerator.TCG);
    assertThat(words).startsWith("qemu", "-L", "/share");
    assertThat(after(words, "-kernel")).isEqualTo("/i/vmlinuz");
    assertThat(after(words, "-initrd")).isEqualTo("/i/initrd");
    assertThat(after(words, "-append")).isEqualTo("console=ttyS0 tsc_early_khz=20 a=\"b c\"");
  }

  @Test
  void startsPausedWithModelTimeAndNoSourceOfHostTime() {
    List<String> words = words(guest(List.of()), Accelerator.TCG);
    assertThat(words).contains("-S", "-no-reboot", "-nodefaults");
    assertThat(after(words, "-machine")).startsWith("microvm,").contains("pit=off", "rtc=on");
    assertThat(words(guest(List.of()), Accelerator.KVM)).contains("q35", "-no-hpet");
    assertThat(after(words, "-rtc")).isEqualTo("base=2026-02-03T04:05:06,clock=vm");
  }

  @Test
  void aKernelThatMustMeasureItsTscGetsAMachineWithTimers() {
    GuestDefinition told = guest(List.of());
    GuestDefinition measuring =
        new GuestDefinition(
            told.uuid(),
            told.machineType(),
            told.cpu(),
            told.memoryBytes(),
            told.kernelBoot()
                .map(
                    boot ->
                        new GuestDefinition.KernelBoot(
                            boot.image(), boot.kernelPath(), boot.initrdPath(), "console=ttyS0")),
            told.disks(),
            told.interfaces());
    assertThat(after(words(measuring, Accelerator.TCG), "-machine")).isEqualTo("q35");
  }

  @Test
  void anUndilatedGuestGetsAMachineWithAPmTimerToCheckItsOwnBy() {
    List<String> words = words(guest(List.of()), DilationFactor.NONE, Accelerator.TCG);
    assertThat(after(words, "-machine")).isEqualTo("q35");
    assertThat(words).anyMatch(word -> word.startsWith("virtio-serial-pci"));
  }

  @Test
  void carriesTheNamesThatTheDaemonLooksFor() {
    List<String> words = words(guest(List.of()), Accelerator.TCG);
    assertThat(after(words, "-name")).isEqualTo("guest=default_web-0,debug-threads=on");
    assertThat(after(words, "-uuid")).isEqualTo("u-1");
    assertThat(words)
        .anyMatch(word -> word.contains("id=agent,path=/s/vms/default_web-0/agent.sock"))
        .anyMatch(word -> word.endsWith("chardev=agent,name=org.qemu.guest_agent.0"))
        .anyMatch(word -> word.endsWith("chardev=exec,name=dev.diecast.exec.0"));
  }

  @Test
  void givesTopologyAndMemoryRoundedUpToMebibytes() {
    List<String> words = words(guest(List.of()), Accelerator.TCG);
    assertThat(after(words, "-smp")).isEqualTo("4,sockets=2,cores=2,threads=1");
    assertThat(after(words, "-m")).isEqualTo("97M");
  }

  @Test
  void choosesTheAccelerator() {
    assertThat(words(guest(List.of()), Accelerator.TCG)).contains("tcg,thread=multi", "max");
    assertThat(words(guest(List.of()), Accelerator.KVM)).contains("kvm", "host");
  }

  @Test
  void attachesDisksPastTheHostsCacheAndEscapesCommas() {
    List<GuestDefinition.Disk> disks =
        List.of(
            new GuestDefinition.EmptyDisk("data", Optional.of("s,1"), false, 1024),
            new GuestDefinition.ImageDisk("root", Optional.empty(), true, "d:1"));
    List<String> words = words(guest(disks), Accelerator.TCG);
    assertThat(words)
        .contains(
            "if=none,id=disk0,aio=threads,cache=none,format=raw,"
                + "file=/s/vms/default_web-0/disk-data.raw",
            "virtio-blk-device,drive=disk0,serial=s,,1",
            "if=none,id=disk1,aio=threads,cache=none,readonly=on,snapshot=on,format=qcow2,"
                + "file=/d/a,,b.img");
  }

  @Test
  void hasNoNetworkUnlessAskedForAndThenARestrictedOne() {
    assertThat(after(words(guest(List.of()), Accelerator.TCG), "-nic")).isEqualTo("none");
    List<String> words = words(guest(List.of(), POD), Accelerator.TCG);
    assertThat(words).doesNotContain("-nic");
    assertThat(after(words, "-netdev")).startsWith("user,").contains("restrict=on");
    assertThat(words).contains("virtio-net-device,netdev=net0");
  }

  @Test
  void theModelsNetworkIsASocketThatTheDaemonConnectsTo() {
    GuestDefinition.NetworkInterface diecast =
        new GuestDefinition.NetworkInterface(
            "diecast", Optional.of(MacAddress.parse("02:dc:0a:40:01:03")));
    List<String> words = words(guest(List.of(), POD, diecast), Accelerator.TCG);
    assertThat(words)
        .containsSubsequence("-netdev", "-device", "-netdev", "-device")
        .contains("user,id=net0,restrict=on,net=10.0.2.0/24", "virtio-net-device,netdev=net0")
        .contains(
            "stream,id=net1,server=on,addr.type=unix,addr.path=/s/vms/default_web-0/net.sock",
            "virtio-net-device,netdev=net1,mac=02:dc:0a:40:01:03");
    assertThat(words(guest(List.of(), diecast), Accelerator.KVM))
        .contains("virtio-net-pci,netdev=net0,mac=02:dc:0a:40:01:03,romfile=");
  }

  @Test
  void refusesADiskThatTheImageDoesNotHave() {
    List<GuestDefinition.Disk> disks =
        List.of(new GuestDefinition.ImageDisk("root", Optional.empty(), false, "k:1"));
    assertThatThrownBy(() -> words(guest(disks), Accelerator.TCG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("k:1 has no disk");
  }

  @Test
  void aSlowDiskIsServedBySomebodyElse() {
    List<GuestDefinition.Disk> disks =
        List.of(new GuestDefinition.EmptyDisk("slow", Optional.empty(), false, 5));
    assertThat(words(guest(disks), Accelerator.TCG))
        .contains(
            "if=none,id=disk0,aio=threads,cache=none,format=raw,file.driver=nbd,"
                + "file.server.type=unix,file.server.path=/s/a,,b.sock,"
                + "file.export=diecast-u-1-slow");
  }

  private static GuestDefinition guest(
      List<GuestDefinition.Disk> disks, GuestDefinition.NetworkInterface... interfaces) {
    return new GuestDefinition(
        Optional.of("u-1"),
        Optional.empty(),
        new GuestDefinition.Topology(2, 2, 1),
        96L * 1024 * 1024 + 1,
        Optional.of(
            new GuestDefinition.KernelBoot(
                "k:1",
                Optional.of("/boot/vmlinuz"),
                Optional.of("/boot/initrd"),
                "console=ttyS0 tsc_early_khz=20 a=\"b c\"")),
        disks,
        List.of(interfaces));
  }

  private static List<String> words(GuestDefinition guest, Accelerator accelerator) {
    return words(guest, DilationFactor.of(10), accelerator);
  }

  private static List<String> words(
      GuestDefinition guest, DilationFactor factor, Accelerator accelerator) {
    QemuCommand.Launch launch =
        new QemuCommand.Launch(
            "default_web-0",
            "u-1",
            factor,
            Instant.parse("2026-02-03T04:05:06.789Z"),
            guest,
            Map.of("k:1", KERNEL, "d:1", DISK),
            Map.of("d:1", "qcow2"),
            GuestDirectory.of(Path.of("/s"), "default", "web-0"),
            Map.of(
                "data",
                new DiskSource.OfFile(Path.of("/s/vms/default_web-0/disk-data.raw")),
                "slow",
                new DiskSource.OfNbd(Path.of("/s/a,b.sock"), "diecast-u-1-slow")),
            true);
    return QemuCommand.of(
        launch,
        new QemuInstallation(List.of("qemu", "-L", "/share"), Map.of(), accelerator, "7.2"));
  }

  private static String after(List<String> words, String option) {
    return words.get(words.indexOf(option) + 1);
  }
}
