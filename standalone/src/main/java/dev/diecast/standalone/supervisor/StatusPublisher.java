package dev.diecast.standalone.supervisor;

import dev.diecast.standalone.LocalHttp;
import dev.diecast.standalone.controlplane.ControlPlane;
import dev.diecast.standalone.process.SupervisedProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Keeps {@code supervisor.json} true, and says the same on stdout, which is the log. */
final class StatusPublisher implements AutoCloseable {

  private static final Duration PERIOD = Duration.ofMillis(500);
  private static final Duration READY_TIMEOUT = Duration.ofMinutes(5);
  private static final int NOT_FOUND = 404;

  private final Instance instance;
  private final HttpClient http = LocalHttp.client(Duration.ofSeconds(2));
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
  private final List<Server> servers = new ArrayList<>();
  private SupervisorStatus.Phase phase = SupervisorStatus.Phase.STARTING_CONTROL_PLANE;
  private String message = "";
  private Instant since = Instant.now();
  private ControlPlane controlPlane;
  private SupervisorStatus written;

  StatusPublisher(Instance instance) {
    this.instance = instance;
    timer.scheduleWithFixedDelay(
        this::publish, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  synchronized void controlPlane(ControlPlane started) {
    this.controlPlane = started;
  }

  /**
   * A part that answers by HTTP.
   *
   * @param readyPath what answers 200 once it is ready
   */
  private record Server(SupervisedProcess process, String readyPath) {}

  synchronized void server(SupervisedProcess started, String readyPath) {
    servers.add(new Server(started, readyPath));
  }

  void enter(SupervisorStatus.Phase next, String why) {
    synchronized (this) {
      if (phase == SupervisorStatus.Phase.FAILED) {
        return;
      }
      phase = next;
      since = Instant.now();
    }
    progress(why);
  }

  void progress(String line) {
    System.out.println(Instant.now() + " " + line);
    synchronized (this) {
      message = line;
    }
    publish();
  }

  void failed(String why) {
    enter(SupervisorStatus.Phase.FAILED, why);
  }

  /**
   * Waits until every server answers, and enters READY; one that does not is named, not awaited.
   */
  void awaitReady() {
    long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      List<String> missing =
          components().stream()
              .filter(component -> !component.ready())
              .map(SupervisorStatus.ComponentStatus::name)
              .toList();
      if (missing.isEmpty()) {
        enter(SupervisorStatus.Phase.READY, "ready");
        return;
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    throw new IllegalStateException(
        "not every part is ready after "
            + READY_TIMEOUT.toSeconds()
            + " s; see the logs in "
            + instance.logs());
  }

  @Override
  public void close() {
    timer.shutdownNow();
    enter(SupervisorStatus.Phase.STOPPED, "stopped");
    http.close();
  }

  private void publish() {
    List<SupervisorStatus.ComponentStatus> components = components();
    synchronized (this) {
      SupervisorStatus status =
          new SupervisorStatus(
              phase,
              message,
              since.toString(),
              ProcessHandle.current().pid(),
              controlPlane == null ? null : controlPlane.apiPort(),
              components);
      if (status.equals(written)) {
        return;
      }
      try {
        status.write(instance.statusFile());
        written = status;
      } catch (IOException e) {
        // The directory is gone when the instance is torn down: there is nobody to tell.
        System.err.println("cannot write " + instance.statusFile() + ": " + e.getMessage());
      }
    }
  }

  private List<SupervisorStatus.ComponentStatus> components() {
    ControlPlane api;
    List<Server> parts;
    synchronized (this) {
      api = controlPlane;
      parts = List.copyOf(servers);
    }
    List<SupervisorStatus.ComponentStatus> components = new ArrayList<>();
    if (api != null) {
      boolean ready = api.isReady();
      api.processes().forEach(process -> components.add(describe(process, ready)));
    }
    parts.forEach(server -> components.add(describe(server.process(), isReady(server))));
    return components;
  }

  private static SupervisorStatus.ComponentStatus describe(
      SupervisedProcess process, boolean ready) {
    return new SupervisorStatus.ComponentStatus(
        process.component().name(),
        process.pid().isPresent() ? process.pid().getAsLong() : null,
        process.component().port().isPresent() ? process.component().port().getAsInt() : null,
        process.restarts(),
        ready && process.pid().isPresent(),
        process.component().log().toString());
  }

  private boolean isReady(Server server) {
    int port = server.process().component().port().orElseThrow();
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + server.readyPath()))
              .timeout(Duration.ofSeconds(2))
              .build();
      int code = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      // Without a health extension there is no such page, but there is a server.
      return code == 200 || code == NOT_FOUND;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
