package dev.diecast.standalone.worker;

import dev.diecast.standalone.qemu.Accelerator;
import dev.diecast.standalone.qemu.QemuInstallation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The size of a worker VM.
 *
 * @param cpus vCPUs
 * @param memoryMebibytes of which up to 60 % may be taken by what is written to files
 */
public record WorkerMachine(int cpus, int memoryMebibytes) {

  public static final WorkerMachine DEFAULT = new WorkerMachine(2, 4096);

  /** Of the port that requests come on; the agent knows it too. */
  private static final String PORT = "dev.diecast.worker";

  public WorkerMachine {
    if (cpus < 1 || memoryMebibytes < 512) {
      throw new IllegalArgumentException(
          "a worker VM needs at least 1 CPU and 512 MiB, not "
              + cpus
              + " and "
              + memoryMebibytes
              + " MiB");
    }
  }

  /** QEMU's command line, for a VM that lives in the directory. */
  List<String> command(QemuInstallation qemu, WorkerImage image, WorkerFiles files) {
    boolean kvm = qemu.accelerator() == Accelerator.KVM;
    List<String> command = new ArrayList<>(qemu.systemCommand());
    command.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"));
    command.addAll(List.of("-name", "diecast-worker", "-machine", "q35"));
    command.addAll(List.of("-accel", qemu.accelerator().argument()));
    // With all that TCG can emulate, AMD's virtualisation among it.
    command.addAll(List.of("-cpu", kvm ? "host" : "max"));
    command.addAll(List.of("-smp", Integer.toString(cpus), "-m", memoryMebibytes + "M"));
    command.addAll(List.of("-kernel", image.kernel().toString()));
    command.addAll(List.of("-initrd", image.initrd().toString()));
    // Without `tsc=reliable` the emulated TSC is found unstable, and the HPET is slow to read.
    command.addAll(
        List.of(
            "-append",
            "console=ttyS0 quiet panic=-1 tsc=reliable mitigations=off random.trust_cpu=on"
                + " cryptomgr.notests"));
    command.addAll(List.of("-serial", "file:" + escaped(files.console())));
    command.addAll(share("root", Path.of("/"), ",readonly=on,multidevs=remap"));
    command.addAll(share("exchange", files.exchange(), ""));
    command.addAll(List.of("-device", "virtio-serial-pci"));
    command.addAll(List.of("-chardev", "pipe,id=requests,path=" + escaped(files.requests())));
    command.addAll(List.of("-device", "virtserialport,chardev=requests,name=" + PORT));
    command.addAll(List.of("-device", "virtio-rng-pci"));
    command.addAll(List.of("-pidfile", files.pid().toString()));
    return command;
  }

  private static List<String> share(String name, Path path, String more) {
    return List.of(
        "-fsdev",
        "local,security_model=none,id=" + name + ",path=" + escaped(path) + more,
        "-device",
        "virtio-9p-pci,fsdev=" + name + ",mount_tag=" + name);
  }

  /** A comma ends a value in QEMU's option syntax, two of them are one. */
  private static String escaped(Path path) {
    return path.toString().replace(",", ",,");
  }
}
