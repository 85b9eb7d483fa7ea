package dev.diecast.e2e.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.e2e.worker.SharedWorkerVm;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.UserDirectories;
import dev.diecast.standalone.debian.DebianPackages;
import dev.diecast.standalone.image.GuestImageBuilder;
import dev.diecast.standalone.image.LocalImageStore;
import dev.diecast.standalone.qemu.QemuInstallation;
import dev.diecast.standalone.virt.ExecResult;
import dev.diecast.standalone.worker.WorkerCommand;
import dev.diecast.standalone.worker.WorkerVm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The worker VM as a host of guests, with the module built for its kernel. */
final class ModuleHost {
  private static final String DIRECTORY = "/run/diecast/module";

  private final WorkerVm vm;
  private final QemuInstallation qemu;
  private final Path kernel;

  private ModuleHost(WorkerVm vm, QemuInstallation qemu, Path kernel) {
    this.vm = vm;
    this.qemu = qemu;
    this.kernel = kernel;
  }

  /** Everything in its place there; the module is not loaded. */
  static ModuleHost prepare(WorkerVm vm) throws IOException, InterruptedException {
    Path cache = UserDirectories.cache();
    QemuInstallation qemu = QemuInstallation.locate(cache, Progress.SILENT);
    Path kernel =
        new LocalImageStore(cache, Progress.SILENT)
            .resolve(GuestImageBuilder.BASE)
            .orElseThrow()
            .kernel();
    ModuleHost host = new ModuleHost(vm, qemu, kernel);
    assumeTrue(
        host.attempt("modprobe kvm_amd || modprobe kvm_intel; test -c /dev/kvm").exitCode() == 0,
        "SKIPPED: this machine's KVM does not nest");
    ModuleBuild build =
        ModuleBuild.of(
            DebianPackages.ofRelease(cache, SharedWorkerVm.kernel().release(), Progress.SILENT),
            host.shell("uname -r"));
    // What the kernel says of a lockup goes to the console, and ends the VM: nothing waits for it.
    host.shell("dmesg -n 8; sysctl -qw kernel.softlockup_panic=1; mkdir -p " + DIRECTORY);
    host.bring(build.module(), "diecast_kvm.ko");
    host.bring(build.initrd(), "initrd");
    host.bring(build.host(), "host");
    host.bring(build.bare(), "bare");
    return host;
  }

  /** By the command's own input: the VM may have read the directory when it was empty. */
  private void bring(Path file, String name) throws IOException, InterruptedException {
    WorkerCommand command =
        WorkerCommand.of(
            "sh",
            "-c",
            "cat > " + DIRECTORY + "/" + name + " && chmod 755 " + DIRECTORY + "/" + name);
    assertThat(vm.exec(command.withStdin(Files.readAllBytes(file))).exitCode()).isZero();
  }

  ExecResult attempt(String script) throws IOException, InterruptedException {
    return vm.exec(
        WorkerCommand.of("sh", "-c", "cd " + DIRECTORY + " 2> /dev/null; " + script)
            .within(Duration.ofMinutes(15)));
  }

  /** What it prints; fails where it fails. */
  String shell(String script) throws IOException, InterruptedException {
    ExecResult result = attempt(script);
    assertThat(result.exitCode())
        .as(script + ": " + result.stdoutText() + result.stderrText())
        .isZero();
    return result.stdoutText().strip();
  }

  /** The program {@code host}: words key=value. */
  Map<String, String> tool(String arguments) throws IOException, InterruptedException {
    return words(shell("./host " + arguments));
  }

  /** The program {@code bare}: words key=value. */
  Map<String, String> bare(String arguments) throws IOException, InterruptedException {
    return words(shell("./bare " + arguments));
  }

  static Map<String, String> words(String text) {
    Map<String, String> words = new HashMap<>();
    for (String word : text.split("\\s+")) {
      String[] halves = word.split("=", 2);
      if (halves.length == 2) {
        words.put(halves[0], halves[1]);
      }
    }
    return words;
  }

  void load() throws IOException, InterruptedException {
    shell("grep -q '^diecast_kvm ' /proc/modules || insmod ./diecast_kvm.ko");
  }

  /** Once it holds no process any more; what has ended is collected within a second or two. */
  void unload() throws IOException, InterruptedException {
    shell(
        "for i in $(seq 60); do rmmod diecast_kvm 2> /dev/null; grep -q '^diecast_kvm ' /proc/modules"
            + " || exit 0; sleep 0.5; done; ./host info; exit 1");
  }

  /** Guests that the test left. */
  void endGuests() throws IOException, InterruptedException {
    shell(
        "for f in *.pid; do [ -e $f ] || continue; kill -KILL $(cat $f); rm $f; done 2> /dev/null; :");
  }

  /** What the kernel complained of since. */
  void assertHealthy() throws IOException, InterruptedException {
    assertThat(
            shell(
                "dmesg | grep -E 'BUG|WARNING|Oops|general protection|Call Trace|(ed|s) stall|lockup"
                    + "|hung task|refcount|use-after-free' || true"))
        .as("complaints of the VM's kernel")
        .isEmpty();
  }

  /**
   * A stock guest, whose kernel is given no argument: started paused, given its factor, let go.
   *
   * @param name of its files
   * @param factor such as 5/2; 1/1 leaves it alone
   */
  Guest boot(String name, int cpus, String factor) throws IOException, InterruptedException {
    return boot(name, cpus, factor, "");
  }

  /**
   * @param more words of QEMU's command line
   */
  Guest boot(String name, int cpus, String factor, String more)
      throws IOException, InterruptedException {
    String environment =
        qemu.environment().entrySet().stream()
            .map(e -> e.getKey() + "='" + e.getValue() + "' ")
            .collect(Collectors.joining());
    String command =
        Stream.concat(
                qemu.systemCommand().stream(),
                List.of(
                    "-nodefaults -no-user-config -display none -machine q35 -accel kvm -cpu host",
                    "-name guest=%s,debug-threads=on".formatted(name),
                    "-m 160 -S -smp " + cpus,
                    "-kernel '" + kernel + "' -initrd initrd",
                    "-serial unix:%1$s.serial,server=on,wait=off".formatted(name),
                    "-monitor unix:%1$s.monitor,server=on,wait=off".formatted(name),
                    "-pidfile %1$s.pid".formatted(name),
                    more)
                    .stream())
            .collect(Collectors.joining(" "));
    shell(
        "rm -f %1$s.*; %2$s setsid %3$s > %1$s.log 2>&1 < /dev/null & for i in $(seq 300); do"
                .formatted(name, environment, command)
            + " [ -s %1$s.pid ] && [ -S %1$s.monitor ] && exit 0; sleep 0.1; done; cat %1$s.log; exit 1"
                .formatted(name));
    Guest guest = new Guest(this, name, cpus);
    if (!factor.equals("1/1")) {
      guest.set(factor);
    }
    guest.monitor("cont");
    return guest;
  }
}
