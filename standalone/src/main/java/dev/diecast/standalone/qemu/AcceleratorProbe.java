package dev.diecast.standalone.qemu;

import dev.diecast.standalone.Progress;
import dev.diecast.standalone.image.GuestImage;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Finds out whether KVM boots guests. That /dev/kvm opens proves nothing: hosts exist whose KVM
 * takes every call and whose guests never get past the firmware. So a real guest is started, and
 * what counts is the line it prints when it is up.
 */
final class AcceleratorProbe {

  /**
   * What was found.
   *
   * @param reason one sentence, for the user
   */
  record Finding(Accelerator accelerator, String reason) {}

  /**
   * A guest under a KVM that works is up in one or two seconds; under a nested one, whose host is
   * emulated, in three to ten.
   */
  private static final long LIMIT_SECONDS = 20;

  /** Until QEMU itself has started: on an emulated host that takes longer than its guest does. */
  private static final long QEMU_START_SECONDS = 120;

  private final Path directory;
  private final QemuInstallation qemu;
  private final Progress progress;
  private final Path kvm = Path.of("/dev/kvm");

  AcceleratorProbe(Path cache, QemuInstallation qemu, Progress progress) {
    this.directory = cache.toAbsolutePath().resolve("qemu");
    this.qemu = qemu;
    this.progress = progress;
  }

  /** What was found since the host booted, with this QEMU; TCG where there is no KVM to try. */
  Optional<Finding> remembered() {
    if (!Files.exists(kvm)) {
      return Optional.of(new Finding(Accelerator.TCG, "there is no /dev/kvm"));
    }
    if (!Files.isReadable(kvm) || !Files.isWritable(kvm)) {
      return Optional.of(new Finding(Accelerator.TCG, "this user may not open /dev/kvm"));
    }
    try {
      Path file = directory.resolve("accelerator");
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      return lines.size() == 3 && lines.get(0).equals(key())
          ? Optional.of(new Finding(Accelerator.valueOf(lines.get(1)), lines.get(2)))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The accelerator to use; tried once per boot of the host and version of QEMU.
   *
   * @param image what to boot; asked for only when a guest has to be tried
   */
  Finding find(Supplier<GuestImage> image) {
    return remembered().orElseGet(() -> remember(boot(image.get())));
  }

  private Finding remember(Finding found) {
    try {
      Files.createDirectories(directory);
      Path written = Files.createTempFile(directory, "accelerator", ".new");
      Files.writeString(written, key() + "\n" + found.accelerator() + "\n" + found.reason() + "\n");
      Files.move(
          written,
          directory.resolve("accelerator"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    progress.detail(found.accelerator() + " will be used: " + found.reason());
    return found;
  }

  private String key() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
        + " "
        + qemu.version();
  }

  private Finding boot(GuestImage image) {
    progress.step("Trying whether KVM boots a guest (at most " + LIMIT_SECONDS + " s)");
    Path started = emptyFile();
    List<String> command = new ArrayList<>(qemu.systemCommand());
    command.addAll(
        List.of(
            "-nodefaults",
            "-no-user-config",
            "-display",
            "none",
            "-no-reboot",
            "-machine",
            "q35",
            "-accel",
            "kvm",
            "-cpu",
            "host",
            "-m",
            "192M"));
    command.addAll(
        List.of(
            "-kernel",
            image.kernel().toString(),
            "-initrd",
            image.initrd().toString(),
            "-append",
            "console=ttyS0 quiet",
            "-serial",
            "stdio",
            "-pidfile",
            started.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectInput(new File("/dev/null"));
    builder.environment().putAll(qemu.environment());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command.getFirst(), e);
    }
    try {
      CompletableFuture<Finding> ready = new CompletableFuture<>();
      Thread.ofVirtual().start(() -> ready.complete(watch(process)));
      awaitStart(process, started);
      return ready.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return new Finding(
          Accelerator.TCG, "a guest under KVM did not boot within " + LIMIT_SECONDS + " s");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while trying KVM", e);
    } finally {
      process.destroyForcibly();
      started.toFile().delete();
    }
  }

  private static Path emptyFile() {
    try {
      return Files.createTempFile("diecast-qemu-", ".pid");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** QEMU writes its pid just before the guest runs. */
  private static void awaitStart(Process process, Path pidFile) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(QEMU_START_SECONDS);
    while (pidFile.toFile().length() == 0 && process.isAlive() && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
  }

  private static Finding watch(Process process) {
    String last = "QEMU said nothing";
    try (BufferedReader console = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = console.readLine(); line != null; line = console.readLine()) {
        if (line.contains(GuestImage.READY_LINE)) {
          return new Finding(Accelerator.KVM, "a guest booted under KVM");
        }
        last = line.isBlank() ? last : line.strip();
      }
    } catch (IOException e) {
      last = e.toString();
    }
    return new Finding(Accelerator.TCG, "a guest under KVM ended before it was up: " + last);
  }
}
