package dev.diecast.daemon.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.daemon.process.QemuProcess;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A QEMU that takes disks while it runs, on the bus on which KubeVirt plugs them in: one that the
 * guest, which is not started, has no say in. Ended when closed.
 */
public final class RealQemu implements AutoCloseable {
  /** Words of its command line, with bars between; without it the one on PATH is taken. */
  public static final String COMMAND = "diecast.test.qemu";

  public static final String MISSING =
      "SKIPPED: there is no qemu-system-x86_64 on PATH (the worker VM's run of this test has one)";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String uid = UUID.randomUUID().toString();
  private final Process process;
  private final SocketChannel channel;
  private final BufferedReader answers;

  public static boolean isThere() {
    return !command().isEmpty();
  }

  private static List<String> command() {
    String told = System.getProperty(COMMAND, "");
    return told.isEmpty()
        ? Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .map(directory -> Path.of(directory, "qemu-system-x86_64"))
            .filter(Files::isExecutable)
            .map(Path::toString)
            .limit(1)
            .toList()
        : List.of(told.split("\\|"));
  }

  /**
   * @param directory for its socket
   */
  public RealQemu(Path directory) throws IOException {
    Path socket = directory.resolve("qmp.sock");
    List<String> words = new ArrayList<>(command());
    words.addAll(
        List.of("-S", "-machine", "q35", "-accel", "tcg", "-m", "32", "-uuid", uid, "-nodefaults"));
    words.addAll(List.of("-display", "none", "-device", "virtio-scsi-pci,id=hotplug"));
    words.addAll(List.of("-qmp", "unix:" + socket + ",server=on,wait=off"));
    process = new ProcessBuilder(words).inheritIO().start();
    try {
      channel =
          Awaitility.await()
              .atMost(PATIENCE)
              .ignoreExceptionsInstanceOf(IOException.class)
              .until(() -> SocketChannel.open(UnixDomainSocketAddress.of(socket)), c -> c != null);
      answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
      answers.readLine(); // its greeting
      tell("qmp_capabilities", Map.of());
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Plugs a raw image in, past the host's page cache. */
  public void plug(String disk, Path file) throws IOException {
    tell(
        "blockdev-add",
        Map.of(
            "node-name",
            disk,
            "driver",
            "raw",
            "file",
            Map.of(
                "driver",
                "file",
                "filename",
                file.toString(),
                "aio",
                "threads",
                "cache",
                Map.of("direct", true))));
    tell(
        "device_add",
        Map.of("driver", "scsi-hd", "id", "device-" + disk, "bus", "hotplug.0", "drive", disk));
  }

  public void unplug(String disk) throws IOException {
    tell("device_del", Map.of("id", "device-" + disk));
    // The device lets go of it a moment later (QEMU's event DEVICE_DELETED).
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> tell("blockdev-del", Map.of("node-name", disk)) != null);
  }

  /**
   * What a guest does to a disk, by QEMU's block layer: {@code read 0 1M}, {@code write 0 1M}.
   *
   * @return how long it took
   */
  public Duration io(String disk, String command) throws IOException {
    long before = System.nanoTime();
    String printed =
        tell(
                "human-monitor-command",
                Map.of("command-line", "qemu-io -d device-%s \"%s\"".formatted(disk, command)))
            .asText();
    if (!printed.isBlank() && !printed.contains("ops")) {
      throw new IOException(command + ": " + printed);
    }
    return Duration.ofNanos(System.nanoTime() - before);
  }

  private JsonNode tell(String command, Map<String, Object> arguments) throws IOException {
    byte[] line =
        JSON.writeValueAsBytes(
            arguments.isEmpty()
                ? Map.of("execute", command)
                : Map.of("execute", command, "arguments", arguments));
    Channels.newOutputStream(channel).write(line);
    while (true) {
      String answer = answers.readLine();
      if (answer == null) {
        throw new IOException("QEMU ended at: " + command);
      }
      JsonNode read = JSON.readTree(answer);
      if (read.has("error")) {
        throw new IOException(command + ": " + read.path("error").path("desc").asText());
      }
      if (read.has("return")) {
        return read.path("return"); // whatever else comes is an event
      }
    }
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
  public void close() throws IOException {
    channel.close();
    process.destroyForcibly().onExit().join();
  }
}
