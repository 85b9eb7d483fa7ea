package dev.diecast.daemon.support;

import dev.diecast.daemon.process.QemuProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/** A real process that holds disks open as a QEMU does ({@link DiskIssuer}); ended when closed. */
public final class DiskProcess implements AutoCloseable {
  private String uid = UUID.randomUUID().toString();
  private final Process process;
  private final BufferedReader answers;

  public DiskProcess() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                DiskIssuer.class.getProtectionDomain().getCodeSource().getLocation().getPath(),
                DiskIssuer.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    answers = process.inputReader(StandardCharsets.UTF_8);
    if (!"ready".equals(answers.readLine())) {
      process.destroyForcibly();
      throw new IOException("the process that holds disks open has not started");
    }
  }

  /** A file of a size, written, so that reading it reads the device. */
  public static Path file(Path directory, String disk, int bytes) throws IOException {
    Path file = Files.createDirectories(directory).resolve("disk-" + disk + ".raw");
    try (RandomAccessFile written = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] block = new byte[1 << 16];
      java.util.Arrays.fill(block, (byte) 0xA5);
      for (int at = 0; at < bytes; at += block.length) {
        written.write(block);
      }
      written.getFD().sync();
    }
    return file;
  }

  public DiskProcess opening(Path file, boolean direct) throws IOException {
    tell("open " + file + (direct ? " direct" : " buffered"));
    return this;
  }

  public DiskProcess closing(Path file) throws IOException {
    tell("close " + file);
    return this;
  }

  /** As if it were new: nothing open, and of another machine. */
  public DiskProcess reset() throws IOException {
    tell("close");
    uid = UUID.randomUUID().toString();
    return this;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public Duration read(Path file, int bytes, int count) throws IOException {
    return tell("read " + file + " " + bytes + " " + count);
  }

  public Duration write(Path file, int bytes, int count) throws IOException {
    return tell("write " + file + " " + bytes + " " + count);
  }

  private Duration tell(String command) throws IOException {
    process.outputWriter(StandardCharsets.UTF_8).append(command).append('\n').flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the process ended at: " + command);
    }
    return Duration.ofNanos(Long.parseLong(answer));
  }

  public String uid() {
    return uid;
  }

  public int pid() {
    return (int) process.pid();
  }

  public QemuProcess asFound() {
    return FoundQemu.of(pid(), uid);
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
