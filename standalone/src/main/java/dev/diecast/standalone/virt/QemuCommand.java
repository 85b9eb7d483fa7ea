package dev.diecast.standalone.virt;

import dev.diecast.core.DilationFactor;
import dev.diecast.standalone.image.GuestImage;
import dev.diecast.standalone.qemu.Accelerator;
import dev.diecast.standalone.qemu.QemuInstallation;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * QEMU's command line for a guest. Pure: the same values give the same words.
 *
 * <p>The process starts paused ({@code -S}) and is let go by {@code cont} once it is in its cgroup.
 * A guest that reboots ends its process ({@code -no-reboot}): the real-time clock goes at the
 * host's rate, so only a new process can give model time again.
 *
 * <p>Under TCG the machine is {@code microvm}: QEMU's TCG has no TSC-deadline timer, so the guest
 * takes the local APIC's, and on q35 its kernel "corrects" the calibration of that by the ACPI PM
 * timer, which goes at the host's rate. Every timer then fires T times too early and is set again
 * and again (measured at T = 10: 59,000 timer interrupts a minute against 1,500). microvm with its
 * reduced ACPI has neither PM timer nor PIT. An undilated guest gets q35 for the same reason: by
 * its PM timer the kernel notices when a cap stopped it during the calibration.
 */
public final class QemuCommand {

  /** virtio-serial port of the guest agent, as libvirt and KubeVirt call it. */
  public static final String AGENT_PORT = "org.qemu.guest_agent.0";

  /** virtio-serial port of the second guest agent, for commands. */
  public static final String EXEC_PORT = "dev.diecast.exec.0";

  /** Device id of {@link #EXEC_PORT} in QEMU's events. */
  static final String EXEC_DEVICE = "exec-port";

  private static final String Q35 = "q35";
  private static final String MICROVM = "microvm";
  private static final String MICROVM_OPTIONS =
      ",acpi=on,pit=off,pic=off,rtc=on,usb=off,x-option-roms=off,auto-kernel-cmdline=off";

  private static final long MEBIBYTE = 1024L * 1024;
  private static final DateTimeFormatter RTC_BASE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);

  /**
   * What is known when a guest is launched.
   *
   * @param name {@code <namespace>_<name>}, as libvirt's domains are called under KubeVirt
   * @param factor T
   * @param realTimeClock what the guest's clock shows when it starts, to the second
   * @param images every image of the definition, by reference
   * @param imageFormats {@code raw} or {@code qcow2} of the images' disks, by reference
   * @param emptyDisks where each empty disk is, by name
   * @param directIo whether the file system of the guest's directory takes O_DIRECT
   */
  public record Launch(
      String name,
      String uuid,
      DilationFactor factor,
      Instant realTimeClock,
      GuestDefinition guest,
      Map<String, GuestImage> images,
      Map<String, String> imageFormats,
      GuestDirectory directory,
      Map<String, DiskSource> emptyDisks,
      boolean directIo) {}

  private QemuCommand() {}

  /**
   * The whole command line.
   *
   * @throws IllegalArgumentException where an image has not what the guest asks of it
   */
  public static List<String> of(Launch launch, QemuInstallation qemu) {
    List<String> words = new ArrayList<>(qemu.systemCommand());
    String machine = machine(launch.guest(), launch.factor(), qemu.accelerator());
    String bus = machine.equals(MICROVM) ? "device" : "pci";
    addMachine(words, launch, machine, qemu.accelerator());
    addKernel(words, launch);
    addChannels(words, launch.directory(), bus);
    addDisks(words, launch, bus);
    addNetwork(words, launch, bus);
    return List.copyOf(words);
  }

  /**
   * QEMU's machine: microvm where it matters and boots, which takes a kernel from outside and one
   * that is told its TSC rate, for microvm has no timer left to measure it by.
   */
  static String machine(GuestDefinition guest, DilationFactor factor, Accelerator accelerator) {
    boolean told =
        guest.kernelBoot().filter(boot -> boot.arguments().contains("tsc_early_khz=")).isPresent();
    boolean matters = accelerator == Accelerator.TCG && !factor.equals(DilationFactor.NONE);
    return guest.machineType().isEmpty() && told && matters ? MICROVM : Q35;
  }

  private static void addMachine(
      List<String> words, Launch launch, String machine, Accelerator accelerator) {
    boolean kvm = accelerator == Accelerator.KVM;
    GuestDefinition.Topology cpu = launch.guest().cpu();
    add(words, "-name", "guest=" + comma(launch.name()) + ",debug-threads=on");
    add(words, "-uuid", launch.uuid());
    add(words, "-S");
    add(words, "-machine", machine.equals(MICROVM) ? MICROVM + MICROVM_OPTIONS : machine);
    add(words, "-accel", kvm ? "kvm" : "tcg,thread=multi");
    add(words, "-cpu", kvm ? "host" : "max");
    add(
        words,
        "-smp",
        "%d,sockets=%d,cores=%d,threads=%d"
            .formatted(cpu.cpus(), cpu.sockets(), cpu.cores(), cpu.threads()));
    add(words, "-m", Math.ceilDiv(launch.guest().memoryBytes(), MEBIBYTE) + "M");
    add(words, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot");
    if (machine.equals(Q35)) {
      add(words, "-no-hpet");
    }
    // The virtual clock stands still while the guest is paused, so the clock starts with the guest.
    String base = RTC_BASE.format(launch.realTimeClock().truncatedTo(ChronoUnit.SECONDS));
    add(words, "-rtc", "base=" + base + ",clock=vm");
  }

  private static void addKernel(List<String> words, Launch launch) {
    if (launch.guest().kernelBoot().isEmpty()) {
      return;
    }
    GuestDefinition.KernelBoot boot = launch.guest().kernelBoot().get();
    GuestImage image = launch.images().get(boot.image());
    Path kernel = boot.kernelPath().map(image::file).orElse(image.kernel());
    add(words, "-kernel", kernel.toString());
    boot.initrdPath()
        .map(image::file)
        .ifPresent(initrd -> add(words, "-initrd", initrd.toString()));
    if (!boot.arguments().isBlank()) {
      add(words, "-append", boot.arguments());
    }
  }

  private static void addChannels(List<String> words, GuestDirectory directory, String bus) {
    add(words, "-chardev", "file,id=console,path=" + comma(directory.console()));
    add(words, "-serial", "chardev:console");
    add(words, "-qmp", socket(directory.qmpSocket(), "unix:"));
    add(words, "-device", "virtio-serial-" + bus + ",id=channels");
    add(words, "-chardev", socket(directory.agentSocket(), "socket,id=agent,path="));
    add(words, "-device", "virtserialport,id=agent-port,chardev=agent,name=" + AGENT_PORT);
    add(words, "-chardev", socket(directory.execSocket(), "socket,id=exec,path="));
    add(words, "-device", "virtserialport,id=" + EXEC_DEVICE + ",chardev=exec,name=" + EXEC_PORT);
    // Without entropy a guest's first getrandom() waits, the longer the slower its time.
    add(words, "-object", "rng-random,id=entropy,filename=/dev/urandom");
    add(words, "-device", "virtio-rng-" + bus + ",rng=entropy");
  }

  private static void addDisks(List<String> words, Launch launch, String bus) {
    int index = 0;
    for (GuestDefinition.Disk disk : launch.guest().disks()) {
      String id = "disk" + index++;
      add(words, "-drive", drive(disk, id, launch));
      add(
          words,
          "-device",
          "virtio-blk-"
              + bus
              + ",drive="
              + id
              + disk.serial().map(serial -> ",serial=" + comma(serial)).orElse(""));
    }
  }

  private static String drive(GuestDefinition.Disk disk, String id, Launch launch) {
    String common =
        "if=none,id="
            + id
            + ",aio=threads,cache="
            + (launch.directIo() ? "none" : "writeback")
            + (disk.readOnly() ? ",readonly=on" : "");
    return switch (disk) {
      case GuestDefinition.EmptyDisk empty ->
          common + ",format=raw," + file(launch.emptyDisks().get(empty.name()));
      case GuestDefinition.ImageDisk image -> {
        Path file =
            launch
                .images()
                .get(image.image())
                .disk()
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "spec.volumes: image "
                                + image.image()
                                + " has no disk; take it for kernelBoot, or name one that has"));
        // Writes go to a file that QEMU has unlinked already: gone with the process.
        yield common
            + ",snapshot=on,format="
            + launch.imageFormats().get(image.image())
            + ",file="
            + comma(file);
      }
    };
  }

  private static String file(DiskSource source) {
    return switch (source) {
      case DiskSource.OfFile file -> "file=" + comma(file.path());
      case DiskSource.OfNbd nbd ->
          "file.driver=nbd,file.server.type=unix,file.server.path="
              + comma(nbd.socket())
              + ",file.export="
              + nbd.export();
    };
  }

  private static void addNetwork(List<String> words, Launch launch, String bus) {
    List<GuestDefinition.NetworkInterface> interfaces = launch.guest().interfaces();
    if (interfaces.isEmpty()) {
      add(words, "-nic", "none");
    }
    // Nobody boots from the network: the firmware for it need not be there.
    String rom = bus.equals("pci") ? ",romfile=" : "";
    for (int i = 0; i < interfaces.size(); i++) {
      GuestDefinition.NetworkInterface card = interfaces.get(i);
      String id = "net" + i;
      add(words, "-netdev", backend(card, id, launch.directory()));
      String mac = card.macAddress().map(address -> ",mac=" + address).orElse("");
      add(words, "-device", "virtio-net-" + bus + ",netdev=" + id + mac + rom);
    }
  }

  private static String backend(
      GuestDefinition.NetworkInterface card, String id, GuestDirectory directory) {
    // QEMU 7.2 listens again when the other end goes, but does not connect again: so it is the
    // server, and either of them may be started anew. Until the daemon comes, frames are lost.
    return card.isEmulated()
        ? "stream,id="
            + id
            + ",server=on,addr.type=unix,addr.path="
            + comma(directory.networkSocket())
        // Addresses as behind KubeVirt's masquerade; restrict: nothing gets to the real world.
        : "user,id=" + id + ",restrict=on,net=10.0.2.0/24";
  }

  private static String socket(Path path, String prefix) {
    return prefix + comma(path) + ",server=on,wait=off";
  }

  /** In QEMU's option lists a comma inside a value is written twice. */
  private static String comma(Object value) {
    return value.toString().replace(",", ",,");
  }

  private static void add(List<String> words, String... more) {
    words.addAll(List.of(more));
  }
}
