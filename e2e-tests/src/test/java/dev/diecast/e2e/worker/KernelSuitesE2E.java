package dev.diecast.e2e.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.standalone.Progress;
import dev.diecast.standalone.UserDirectories;
import dev.diecast.standalone.qemu.QemuInstallation;
import dev.diecast.standalone.worker.WorkerCommand;
import dev.diecast.standalone.worker.WorkerVm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The suites on kernel objects once more, on a kernel that has all of them: every {@code *KernelIT}
 * of every module, inside the worker VM. What became of each test stands in reports beside this
 * test's own, from where {@code ./diecast test} counts them.
 */
@ExtendWith(SharedWorkerVm.class)
class KernelSuitesE2E {
  private static final Path REPORTS = Path.of("target", "failsafe-reports");

  /** The VM's file system is this machine's: paths are the same, and so is the JDK. */
  @Test
  void passOnTheWorkerVmsKernel(WorkerVm vm) throws Exception {
    List<Path> roots = testClassesWithKernelSuites();
    assertThat(roots).isNotEmpty();
    Path inside = Path.of("/run/diecast/reports");
    // Not every machine's KVM nests; what needs it says so where it is skipped.
    vm.exec(
        WorkerCommand.of(
            "sh", "-c", "mkdir -p " + inside + "; modprobe kvm_amd || modprobe kvm_intel"));
    int exitCode =
        vm.exec(
            WorkerCommand.of(command(inside, roots).toArray(String[]::new))
                .in(Path.of("").toAbsolutePath())
                .within(Duration.ofMinutes(25)),
            System.out,
            System.err);
    fetchReports(vm, inside);
    assertThat(exitCode).as("exit code of the suites in the VM, see above").isZero();
  }

  private static List<String> command(Path reports, List<Path> roots) {
    List<String> classPath = new ArrayList<>(roots.stream().map(Path::toString).toList());
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      classPath.add(Path.of(entry).toAbsolutePath().toString());
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Compiling costs more there than it gains.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                // For suites of other modules, which cannot ask for it themselves.
                "-Ddiecast.test.qemu=" + String.join("|", qemu()),
                "-cp",
                String.join(File.pathSeparator, classPath),
                KernelSuites.class.getName(),
                reports.toString(),
                "worker-vm"));
    roots.forEach(root -> command.add(root.toString()));
    return command;
  }

  /** The words of this machine's QEMU, with what it needs of the environment. */
  private static List<String> qemu() {
    QemuInstallation qemu = QemuInstallation.locate(UserDirectories.cache(), Progress.SILENT);
    List<String> words = new ArrayList<>(List.of("env"));
    qemu.environment().forEach((name, value) -> words.add(name + "=" + value));
    words.addAll(qemu.systemCommand());
    return words;
  }

  private static void fetchReports(WorkerVm vm, Path inside)
      throws IOException, InterruptedException {
    String listing = vm.exec(WorkerCommand.of("ls", inside.toString())).stdoutText();
    Files.createDirectories(REPORTS);
    for (String name : listing.lines().toList()) {
      byte[] report = vm.exec(WorkerCommand.of("cat", inside.resolve(name).toString())).stdout();
      Files.write(REPORTS.resolve(name), report);
    }
  }

  private static List<Path> testClassesWithKernelSuites() throws IOException {
    List<Path> roots = new ArrayList<>();
    Path home = Path.of("").toAbsolutePath().getParent();
    try (Stream<Path> modules = Files.list(home)) {
      for (Path module : modules.sorted().toList()) {
        Path classes = module.resolve("target/test-classes");
        if (Files.isDirectory(classes) && hasKernelSuites(classes)) {
          roots.add(classes);
        }
      }
    }
    return roots;
  }

  private static boolean hasKernelSuites(Path classes) throws IOException {
    try (Stream<Path> walk = Files.walk(classes)) {
      return walk.anyMatch(file -> file.getFileName().toString().endsWith("KernelIT.class"));
    }
  }
}
