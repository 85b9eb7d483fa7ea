package dev.diecast.standalone.controlplane;

import dev.diecast.standalone.process.Backoff;
import dev.diecast.standalone.process.Component;
import dev.diecast.standalone.process.SupervisedProcess;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A real Kubernetes API on loopback: etcd, kube-apiserver and kube-controller-manager as child
 * processes, started again when they die, with the same data on the same ports.
 */
public final class ControlPlane implements AutoCloseable {

  /** Long, for hosts that are slow, as an emulated one is: what fails says so by itself. */
  private static final Duration READY_TIMEOUT = Duration.ofMinutes(5);

  private static final int CONFLICT = 409;
  private static final Duration POLL = Duration.ofMillis(50);

  /** Roles of RBAC are bootstrapped for a second after the API serves; administrators need none. */
  private static final String READINESS = "/readyz?exclude=poststarthook%2Frbac%2Fbootstrap-roles";

  private final Path directory;
  private final int apiPort;
  private final Consumer<String> progress;
  private final HttpClient http;
  private final List<SupervisedProcess> processes = new ArrayList<>();
  private boolean closed;

  private ControlPlane(Path directory, int apiPort, Consumer<String> progress, HttpClient http) {
    this.directory = directory;
    this.apiPort = apiPort;
    this.progress = progress;
    this.http = http;
  }

  /**
   * Starts it and waits until it serves requests.
   *
   * @param binaries etcd, kube-apiserver, kube-controller-manager, kubectl
   * @param directory the instance's; what is there of an earlier run is taken up
   * @param apiPort 0 for any free one
   * @param environment of every process beside what is inherited
   * @param progress lines for people
   * @throws ControlPlaneException where it cannot be started, with what mends it
   */
  public static ControlPlane start(
      ControlPlaneBinaries binaries,
      Path directory,
      int apiPort,
      Map<String, String> environment,
      Consumer<String> progress) {
    ControlPlanePorts ports;
    Certificates certificates;
    try {
      Files.createDirectories(directory);
      ports = ControlPlanePorts.choose(directory.resolve("ports.json"), apiPort);
      certificates = Certificates.in(directory.resolve("pki"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + directory, e);
    }
    Kubeconfigs kubeconfigs = new Kubeconfigs(certificates, ports.api());
    kubeconfigs.write(directory.resolve("kubeconfig"), "admin");
    for (String user : List.of("virt", "operator", "daemon", "controllers")) {
      kubeconfigs.write(directory.resolve(user + ".kubeconfig"), user);
    }
    ControlPlaneCommands commands =
        new ControlPlaneCommands(
            binaries.directory(),
            binaries.apiServerMinorVersion(),
            directory,
            certificates,
            ports,
            environment);
    HttpClient http = client(directory.resolve("kubeconfig"));
    ControlPlane controlPlane = new ControlPlane(directory, ports.api(), progress, http);
    try {
      controlPlane.run(commands.etcd());
      controlPlane.run(commands.apiServer());
      controlPlane.awaitReady();
      controlPlane.createDefaultNamespace();
      controlPlane.runWhenPermitted(
          commands.controllers(directory.resolve("controllers.kubeconfig")));
      return controlPlane;
    } catch (RuntimeException e) {
      controlPlane.close();
      throw e;
    }
  }

  /** kubeconfig of the administrator. */
  public Path kubeconfig() {
    return directory.resolve("kubeconfig");
  }

  /**
   * kubeconfig of one of the parts.
   *
   * @param user {@code operator}, {@code daemon} or {@code virt}
   */
  public Path kubeconfig(String user) {
    return directory.resolve(user + ".kubeconfig");
  }

  public int apiPort() {
    return apiPort;
  }

  /** etcd, kube-apiserver, kube-controller-manager, in the order they were started. */
  public synchronized List<SupervisedProcess> processes() {
    return List.copyOf(processes);
  }

  /** Whether the API answers that it is ready, at this moment. */
  public boolean isReady() {
    return answers(READINESS);
  }

  /**
   * The API server makes it some time after it is ready; whoever applies a manifest at once,
   * without a namespace, would be told that there is none.
   */
  private void createDefaultNamespace() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + apiPort + "/api/v1/namespaces"))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"default\"}}"))
            .build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() >= 300 && response.statusCode() != CONFLICT) {
        throw new ControlPlaneException(
            "the Kubernetes API refuses the namespace default: " + response.body());
      }
    } catch (IOException e) {
      throw new ControlPlaneException("the Kubernetes API does not answer: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ControlPlaneException("interrupted", e);
    }
  }

  private boolean answers(String path) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + apiPort + path))
              .timeout(Duration.ofSeconds(5))
              .build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Stops everything, last started first. What is on disk stays. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    for (SupervisedProcess process : processes().reversed()) {
      process.close();
    }
    http.close();
  }

  private synchronized void run(Component component) {
    if (!closed) {
      processes.add(SupervisedProcess.start(component, Backoff.COMPONENT, progress));
    }
  }

  /**
   * The controllers end when they may not read what they need, so they wait for their roles. Nobody
   * waits for them: they only clean up.
   */
  private void runWhenPermitted(Component controllers) {
    Thread.ofVirtual()
        .name("start-controllers")
        .start(
            () -> {
              try {
                while (!answers("/readyz")) {
                  Thread.sleep(POLL);
                }
                run(controllers);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private void awaitReady() {
    long start = System.nanoTime();
    long nextReport = start + Duration.ofSeconds(2).toNanos();
    while (!isReady()) {
      long now = System.nanoTime();
      refuseCrashLoop();
      if (now - start > READY_TIMEOUT.toNanos()) {
        throw notReady("is not ready after " + READY_TIMEOUT.toSeconds() + " s", "kube-apiserver");
      }
      if (now > nextReport) {
        progress.accept(
            "waiting for the Kubernetes API, " + Duration.ofNanos(now - start).toSeconds() + " s");
        nextReport = now + Duration.ofSeconds(2).toNanos();
      }
      try {
        Thread.sleep(POLL);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ControlPlaneException("interrupted while the Kubernetes API started", e);
      }
    }
  }

  /** A program that dies again and again has a cause that waiting does not mend. */
  private void refuseCrashLoop() {
    for (SupervisedProcess process : processes()) {
      if (process.restarts() >= 4) {
        throw notReady("keeps ending", process.component().name());
      }
    }
  }

  private ControlPlaneException notReady(String what, String component) {
    SupervisedProcess process =
        processes().stream()
            .filter(candidate -> candidate.component().name().equals(component))
            .findFirst()
            .orElseThrow();
    return new ControlPlaneException(
        component
            + " "
            + what
            + "; its log is "
            + process.component().log()
            + " and ends with:\n"
            + String.join("\n", process.logTail(10)));
  }

  private static HttpClient client(Path kubeconfig) {
    try {
      return HttpClient.newBuilder()
          .sslContext(SSLUtils.sslContext(Config.fromKubeconfig(Files.readString(kubeconfig))))
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot use the credentials in " + kubeconfig, e);
    }
  }
}
