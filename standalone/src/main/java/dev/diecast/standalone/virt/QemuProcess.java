package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.standalone.process.LogTail;
import dev.diecast.standalone.process.ProcFilesystem;
import dev.diecast.standalone.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A guest's QEMU: started by this process, or found and taken over from an earlier one. */
final class QemuProcess {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration MONITOR = Duration.ofSeconds(60);
  private static final Duration TERM_PATIENCE = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 5;

  /** What is told of a guest while it runs; called on threads of the process. */
  interface Listener {
    void agentChanged(boolean connected);

    void ended(GuestEnd end);
  }

  /** On disk beside the process: whose it is, so that a later supervisor knows. */
  record Record(String instanceUid, String uuid, ProcessIdentity process) {}

  private final GuestDirectory directory;
  private final Record record;
  private final Listener listener;
  private volatile QmpClient monitor;
  private volatile String shutdownReason = "";
  private volatile boolean agentConnected;

  private QemuProcess(GuestDirectory directory, Record record, Listener listener) {
    this.directory = directory;
    this.record = record;
    this.listener = listener;
  }

  /** How to start a guest's process. */
  record Start(
      java.util.List<String> command,
      Map<String, String> environment,
      GuestDirectory directory,
      String instanceUid,
      String uuid) {}

  /**
   * Starts it, paused; {@link #release} lets the guest go.
   *
   * @param placement puts the process where it belongs, by pid
   * @throws IOException where it ends at once or cannot be placed, with QEMU's last words
   */
  static QemuProcess start(Start start, Placement placement, Listener listener) throws IOException {
    GuestDirectory directory = start.directory();
    removeSockets(directory);
    Map<String, String> environment = new HashMap<>(start.environment());
    // Temporary overlays belong on the disk that the guest's other files are on.
    environment.put("TMPDIR", directory.path().toString());
    ProcessBuilder builder =
        new ProcessBuilder(start.command())
            .directory(directory.path().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .redirectErrorStream(true)
            .redirectOutput(directory.log().toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    ProcessIdentity identity =
        ProcFilesystem.identify(process.pid())
            .orElseThrow(() -> new IOException("QEMU ended at once: " + lastWords(directory)));
    Record record = new Record(start.instanceUid(), start.uuid(), identity);
    QemuProcess qemu = new QemuProcess(directory, record, listener);
    try {
      write(directory.record(), record);
      placement.put(process.pid());
      qemu.connect();
      qemu.watchEnd();
      return qemu;
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Moves a process to where it belongs. */
  interface Placement {
    void put(long pid) throws IOException;
  }

  /**
   * Takes over a process of an earlier supervisor.
   *
   * @return empty where it never was let go, or does not answer: it is to be replaced
   */
  static Optional<QemuProcess> adopt(GuestDirectory directory, Record record, Listener listener) {
    QemuProcess qemu = new QemuProcess(directory, record, listener);
    try {
      qemu.connect();
      String status = qemu.monitor.execute("query-status").path("status").asText();
      if (status.equals("prelaunch")) {
        return Optional.empty();
      }
      for (JsonNode chardev : qemu.monitor.execute("query-chardev")) {
        if (chardev.path("label").asText().equals("exec")) {
          qemu.agentConnected = chardev.path("frontend-open").asBoolean();
        }
      }
      qemu.watchEnd();
      return Optional.of(qemu);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The record in a directory, where there is one that can be read. */
  static Optional<Record> recordIn(GuestDirectory directory) {
    try {
      return Optional.of(MAPPER.readValue(directory.record().toFile(), Record.class));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Lets the guest run. */
  void release() throws IOException {
    monitor.execute("cont");
  }

  Record record() {
    return record;
  }

  boolean agentConnected() {
    return agentConnected;
  }

  boolean runs() {
    return ProcFilesystem.runs(record.process());
  }

  /** SIGTERM, which QEMU obeys at once, and SIGKILL where it does not. */
  void stop() {
    shutdownReason = "host-signal";
    end(record.process());
  }

  /** Ends a process if it is still that one; returns when it is gone. */
  static void end(ProcessIdentity identity) {
    if (!ProcFilesystem.runs(identity)) {
      return;
    }
    ProcessHandle.of(identity.pid())
        .ifPresent(
            handle -> {
              handle.destroy();
              if (!awaitEnd(handle, TERM_PATIENCE) && ProcFilesystem.runs(identity)) {
                handle.destroyForcibly();
                awaitEnd(handle, TERM_PATIENCE);
              }
            });
  }

  private static boolean awaitEnd(ProcessHandle handle, Duration patience) {
    try {
      handle.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void connect() throws IOException {
    long deadline = System.nanoTime() + MONITOR.toNanos();
    while (true) {
      try {
        monitor = QmpClient.connect(directory.qmpSocket(), this::onEvent, () -> {});
        return;
      } catch (IOException e) {
        if (!runs()) {
          throw new IOException("QEMU ended at once: " + lastWords(directory), e);
        }
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "QEMU's monitor does not answer after " + MONITOR.toSeconds() + " s", e);
        }
        pause();
      }
    }
  }

  private void onEvent(JsonNode event) {
    switch (event.path("event").asText()) {
      case "SHUTDOWN" -> {
        if (shutdownReason.isEmpty()) {
          shutdownReason = event.at("/data/reason").asText();
        }
      }
      case "VSERPORT_CHANGE" -> {
        if (event.at("/data/id").asText().equals(QemuCommand.EXEC_DEVICE)) {
          agentConnected = event.at("/data/open").asBoolean();
          listener.agentChanged(agentConnected);
        }
      }
      default -> {
        // Nothing else of QEMU's concerns a VM's status.
      }
    }
  }

  private void watchEnd() {
    ProcessHandle.of(record.process().pid())
        .filter(handle -> runs())
        .ifPresentOrElse(
            handle -> handle.onExit().thenRun(this::onEnd),
            () -> Thread.ofVirtual().start(this::onEnd));
  }

  private void onEnd() {
    monitor.close();
    boolean byGuest =
        shutdownReason.equals("guest-shutdown") || shutdownReason.equals("guest-reset");
    listener.ended(
        new GuestEnd(
            byGuest,
            switch (shutdownReason) {
              case "guest-shutdown" -> "the guest shut down";
              case "guest-reset" -> "the guest rebooted; a new process gives it model time again";
              case "host-signal" -> "stopped";
              case "" -> "QEMU ended without a word of the guest: " + lastWords(directory);
              default -> "QEMU ended: " + shutdownReason;
            }));
  }

  static String lastWords(GuestDirectory directory) {
    var lines = LogTail.of(directory.log(), 5);
    return lines.isEmpty() ? "it said nothing" : String.join(" | ", lines);
  }

  private static void removeSockets(GuestDirectory directory) throws IOException {
    for (Path socket : directory.sockets()) {
      Files.deleteIfExists(socket);
    }
  }

  private static void write(Path file, Record record) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    MAPPER.writeValue(partial.toFile(), record);
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
