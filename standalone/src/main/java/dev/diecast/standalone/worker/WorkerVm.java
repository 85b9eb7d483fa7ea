package dev.diecast.standalone.worker;

import dev.diecast.standalone.FileTree;
import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.process.ProcFilesystem;
import dev.diecast.standalone.process.ProcessIdentity;
import dev.diecast.standalone.qemu.QemuInstallation;
import dev.diecast.standalone.virt.ExecResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A virtual machine that plays a bare-metal host: Debian's kernel with cgroup v2, loadable modules,
 * netem and nested KVM, whatever the machine it runs on has. Its root is that machine's own, as it
 * was when it was read first; what is written to it is in the VM's memory and ends with it. It has
 * no network but its loopback.
 *
 * <p>Commands may run at the same time, from several threads and several processes.
 */
public final class WorkerVm implements AutoCloseable {

  /** Five seconds where nothing else runs. */
  private static final Duration BOOT = Duration.ofSeconds(120);

  private static final Duration END = Duration.ofSeconds(20);

  /**
   * QEMU lives only as long as the process that holds the other end of standard input, however that
   * one ends: the watcher sees the end of the pipe and kills this shell, and the kernel kills both
   * with the shell (PR_SET_PDEATHSIG). What it is asked to end is never a pid that may have been
   * given to another process since.
   */
  private static final String TIED =
      """
      exec 3<&0 < /dev/null
      setpriv --pdeathsig KILL -- "$@" 3<&- &
      machine=$!
      setpriv --pdeathsig KILL -- sh -c 'read -r _; kill -KILL "$1"' sh $$ <&3 > /dev/null 2>&1 &
      watcher=$!
      exec 3<&-
      wait $machine
      code=$?
      kill -KILL $watcher
      exit $code
      """;

  private final WorkerFiles files;
  private final ProcessIdentity machine;

  /** Holds the pipe that a tied VM lives by; empty where the VM is on its own. */
  private final Optional<Process> tie;

  private WorkerVm(WorkerFiles files, ProcessIdentity machine, Optional<Process> tie) {
    this.files = files;
    this.machine = machine;
    this.tie = tie;
  }

  /**
   * Boots one that ends with this process, however that ends.
   *
   * @param directory for its files, made if need be; console.log stays there
   * @throws WorkerFailure where it does not come up
   */
  public static WorkerVm boot(
      WorkerImage image,
      QemuInstallation qemu,
      WorkerMachine size,
      Path directory,
      Progress progress)
      throws IOException, InterruptedException {
    return boot(image, qemu, size, directory, true, progress);
  }

  /** Boots one that outlives this process; {@link #attach} finds it, {@link #close} ends it. */
  public static WorkerVm bootDetached(
      WorkerImage image,
      QemuInstallation qemu,
      WorkerMachine size,
      Path directory,
      Progress progress)
      throws IOException, InterruptedException {
    return boot(image, qemu, size, directory, false, progress);
  }

  /** The one that was booted there and runs. */
  public static Optional<WorkerVm> attach(Path directory) {
    WorkerFiles files = new WorkerFiles(directory);
    return files.process().map(process -> new WorkerVm(files, process, Optional.empty()));
  }

  private static WorkerVm boot(
      WorkerImage image,
      QemuInstallation qemu,
      WorkerMachine size,
      Path directory,
      boolean tied,
      Progress progress)
      throws IOException, InterruptedException {
    progress.step("Booting a worker VM (Linux " + image.kernelVersion() + ")");
    WorkerFiles files = new WorkerFiles(directory);
    if (files.process().isPresent()) {
      throw new IllegalStateException("a worker VM runs in " + directory + " already");
    }
    layOut(files);
    List<String> command = new ArrayList<>();
    command.addAll(tied ? List.of("sh", "-c", TIED, "sh") : List.of("setsid"));
    command.addAll(size.command(qemu, image, files));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(files.output().toFile());
    if (!tied) {
      builder.redirectInput(Path.of("/dev/null").toFile());
    }
    builder.environment().putAll(qemu.environment());
    Process process = builder.start();
    try {
      ProcessIdentity machine = awaitReady(files, process);
      return new WorkerVm(files, machine, tied ? Optional.of(process) : Optional.empty());
    } catch (IOException | InterruptedException | RuntimeException e) {
      files.process().ifPresent(WorkerVm::kill);
      process.destroyForcibly();
      throw e;
    }
  }

  private static void layOut(WorkerFiles files) throws IOException {
    FileTree.delete(files.exchange());
    Files.createDirectories(files.exchange());
    // Commands and their environment are nobody else's business.
    Files.setPosixFilePermissions(files.exchange(), PosixFilePermissions.fromString("rwx------"));
    Files.deleteIfExists(files.console());
    Files.deleteIfExists(files.pid());
    for (String end : List.of(".in", ".out")) {
      Path pipe = Path.of(files.requests() + end);
      Files.deleteIfExists(pipe);
      HostCommand.Result made =
          HostCommand.of(List.of("mkfifo", "-m", "600", pipe.toString())).timeoutSeconds(20).run();
      if (!made.succeeded()) {
        throw new IOException("cannot make a named pipe: " + String.join("; ", made.errors()));
      }
    }
  }

  private static ProcessIdentity awaitReady(WorkerFiles files, Process process)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + BOOT.toNanos();
    while (System.nanoTime() < deadline) {
      if (Files.exists(files.ready())) {
        return files
            .process()
            .orElseThrow(() -> new WorkerFailure("the worker VM ended", files.console()));
      }
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw new WorkerFailure(
            "the worker VM ended before it was up, QEMU with exit code "
                + process.exitValue()
                + " "
                + Files.readString(files.output()).strip(),
            files.console());
      }
    }
    throw new WorkerFailure(
        "the worker VM was not up within " + BOOT.toSeconds() + " s", files.console());
  }

  /** Of its QEMU. */
  public ProcessIdentity process() {
    return machine;
  }

  public boolean isRunning() {
    return ProcFilesystem.runs(machine);
  }

  /**
   * Runs a command to its end.
   *
   * @throws WorkerTimeoutException where it took longer than it may; it has been killed
   * @throws WorkerFailure where the VM is no more
   */
  public ExecResult exec(WorkerCommand command) throws IOException, InterruptedException {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    int exitCode = exec(command, stdout, stderr);
    return new ExecResult(exitCode, stdout.toByteArray(), stderr.toByteArray(), false);
  }

  /**
   * As {@link #exec(WorkerCommand)}, with the output as it comes.
   *
   * @return the exit code; 128 + n after signal n
   */
  public int exec(WorkerCommand command, OutputStream stdout, OutputStream stderr)
      throws IOException, InterruptedException {
    return new WorkerExecution(this, files, command, stdout, stderr).run();
  }

  /** Why it is no more. */
  WorkerFailure failure(String what) {
    return new WorkerFailure(what, files.console());
  }

  /** Ends it, as when the power fails; its files but for the console's log go. */
  @Override
  public void close() throws IOException {
    kill(machine);
    try {
      for (Process process : tie.stream().toList()) {
        process.destroyForcibly().waitFor();
      }
      long deadline = System.nanoTime() + END.toNanos();
      while (isRunning() && System.nanoTime() < deadline) {
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (isRunning()) {
      throw new IOException("QEMU (pid " + machine.pid() + ") does not end");
    }
    FileTree.delete(files.exchange());
    for (String end : List.of(".in", ".out")) {
      Files.deleteIfExists(Path.of(files.requests() + end));
    }
    Files.deleteIfExists(files.pid());
    Files.deleteIfExists(files.output());
  }

  private static void kill(ProcessIdentity process) {
    ProcessHandle.of(process.pid())
        .filter(_ -> ProcFilesystem.runs(process))
        .ifPresent(ProcessHandle::destroyForcibly);
  }
}
