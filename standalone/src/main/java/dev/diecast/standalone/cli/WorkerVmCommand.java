package dev.diecast.standalone.cli;

import dev.diecast.standalone.FileTree;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.UserDirectories;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.Setup;
import dev.diecast.standalone.qemu.QemuInstallation;
import dev.diecast.standalone.worker.WorkerCommand;
import dev.diecast.standalone.worker.WorkerFailure;
import dev.diecast.standalone.worker.WorkerImage;
import dev.diecast.standalone.worker.WorkerKernel;
import dev.diecast.standalone.worker.WorkerMachine;
import dev.diecast.standalone.worker.WorkerVm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A virtual machine that plays a bare-metal host. */
@Command(
    name = "worker",
    mixinStandardHelpOptions = true,
    description = {
      "Runs programs in a VM that plays a bare-metal host: Debian's kernel with cgroup v2, netem,"
          + " loadable modules and nested KVM.",
      "Its files are this machine's, and what it writes is gone when it ends."
    },
    subcommands = {
      WorkerVmCommand.Up.class,
      WorkerVmCommand.Exec.class,
      WorkerVmCommand.Down.class
    })
final class WorkerVmCommand {

  private WorkerVmCommand() {}

  /** Among the instances' directories; no instance's name begins with a dot. */
  private static Path directory() {
    return UserDirectories.state().resolve(".worker");
  }

  private static WorkerImage image(Optional<WorkerKernel> wanted, Progress progress) {
    return WorkerImage.prepare(wanted.orElse(WorkerKernel.DEFAULT), Setup.cache(), progress);
  }

  /** The VM that runs is taken as it is, but never for one of another kernel. */
  private static void requireKernel(
      WorkerVm running, Optional<WorkerKernel> wanted, Progress progress)
      throws IOException, InterruptedException {
    if (wanted.isEmpty()) {
      return;
    }
    String due = image(wanted, progress).kernelVersion();
    String runs = running.exec(WorkerCommand.of("uname", "-r")).stdoutText().strip();
    if (!runs.equals(due)) {
      throw new Refusal(
          "--kernel: the worker VM that runs has Linux %s, and that of Debian %s is %s: end it first, by `diecast worker down`"
              .formatted(runs, wanted.get().release(), due));
    }
  }

  /** The size of the VM, where one is booted. */
  static final class SizeOptions {
    @Option(
        names = "--cpus",
        defaultValue = "2",
        description = "vCPUs of the VM (default: ${DEFAULT-VALUE}).")
    private int cpus;

    @Option(
        names = "--memory",
        paramLabel = "MIB",
        defaultValue = "4096",
        description = "Its memory in MiB (default: ${DEFAULT-VALUE}).")
    private int memoryMebibytes;

    WorkerMachine machine() {
      try {
        return new WorkerMachine(cpus, memoryMebibytes);
      } catch (IllegalArgumentException e) {
        throw new Refusal("--cpus, --memory: " + e.getMessage());
      }
    }
  }

  /** Boots the VM and leaves it running. */
  @Command(
      name = "up",
      mixinStandardHelpOptions = true,
      description = "Boots the VM and leaves it running, until `worker down`.")
  static final class Up implements Callable<Integer> {
    @Mixin private SizeOptions size;
    @Mixin private KernelOption kernel;

    @Override
    public Integer call() throws IOException, InterruptedException {
      WorkerMachine machine = size.machine();
      Optional<WorkerKernel> wanted = kernel.kernel();
      Progress progress = new ProgressConsole(System.err, false);
      Optional<WorkerVm> running = WorkerVm.attach(directory());
      if (running.isPresent()) {
        requireKernel(running.get(), wanted, progress);
        System.out.println("The worker VM runs already.");
        return ExitCode.OK;
      }
      WorkerImage image = image(wanted, progress);
      QemuInstallation qemu = QemuInstallation.locate(Setup.cache(), progress);
      WorkerVm.bootDetached(image, qemu, machine, directory(), progress);
      System.out.println("The worker VM is up, with Linux " + image.kernelVersion() + ".");
      return ExitCode.OK;
    }
  }

  /** Runs a program in the VM. */
  @Command(
      name = "exec",
      mixinStandardHelpOptions = true,
      description = {
        "Runs a program in the VM, in this directory and environment, and exits with its exit"
            + " code.",
        "Where no VM runs, one is booted for it and ended with it."
      },
      footer = {"", "Example: diecast worker exec -- ./diecast doctor"})
  static final class Exec implements Callable<Integer> {
    @Mixin private SizeOptions size;
    @Mixin private KernelOption kernel;

    @Option(
        names = "--timeout",
        paramLabel = "SECONDS",
        defaultValue = "3600",
        description = "Limit in seconds of this machine's time (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    @Option(
        names = {"-i", "--stdin"},
        description = "Hand this program's standard input to that one.")
    private boolean stdin;

    @Parameters(arity = "1..*", paramLabel = "CMD", description = "Program and arguments.")
    private List<String> command;

    @Override
    public Integer call() throws IOException, InterruptedException {
      if (timeoutSeconds <= 0) {
        throw new Refusal("--timeout: must be at least 1 second, not " + timeoutSeconds);
      }
      WorkerMachine machine = size.machine();
      Optional<WorkerKernel> wanted = kernel.kernel();
      WorkerCommand program =
          WorkerCommand.of(command.toArray(String[]::new))
              .withEnvironment(System.getenv())
              .in(Path.of("").toAbsolutePath())
              .withStdin(stdin ? System.in.readAllBytes() : new byte[0])
              .within(Duration.ofSeconds(timeoutSeconds));
      Progress progress = new ProgressConsole(System.err, false);
      Optional<WorkerVm> running = WorkerVm.attach(directory());
      if (running.isPresent()) {
        requireKernel(running.get(), wanted, progress);
        return run(running.get(), program);
      }
      WorkerImage image = image(wanted, progress);
      QemuInstallation qemu = QemuInstallation.locate(Setup.cache(), progress);
      Path own = Files.createTempDirectory("diecast-worker-");
      boolean failed = false;
      try (WorkerVm vm = WorkerVm.boot(image, qemu, machine, own, progress)) {
        return run(vm, program);
      } catch (WorkerFailure e) {
        failed = true; // its message names the console's log
        throw e;
      } finally {
        if (!failed) {
          FileTree.delete(own);
        }
      }
    }

    /** Ctrl-C ends the program in there too. */
    private static int run(WorkerVm vm, WorkerCommand program)
        throws IOException, InterruptedException {
      Thread here = Thread.currentThread();
      CountDownLatch ended = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    if (ended.getCount() > 0) {
                      here.interrupt();
                      awaitAtMost(ended, Duration.ofSeconds(5));
                    }
                  }));
      try {
        return vm.exec(program, System.out, System.err);
      } finally {
        ended.countDown();
      }
    }

    private static void awaitAtMost(CountDownLatch latch, Duration limit) {
      try {
        latch.await(limit.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends the VM. */
  @Command(
      name = "down",
      mixinStandardHelpOptions = true,
      description = "Ends the VM and all that runs in it.")
  static final class Down implements Callable<Integer> {
    @Override
    public Integer call() throws IOException {
      Optional<WorkerVm> running = WorkerVm.attach(directory());
      if (running.isEmpty()) {
        System.out.println("No worker VM runs.");
        return ExitCode.OK;
      }
      running.get().close();
      System.out.println("The worker VM is down.");
      return ExitCode.OK;
    }
  }
}
