package dev.diecast.standalone.controlplane;

import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubeapitest.binary.Binaries;
import io.fabric8.kubeapitest.binary.BinaryManager;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * etcd, kube-apiserver and kubectl as controller-runtime's envtest publishes them, downloaded by
 * Fabric8's kube-api-test where the internet is reachable. kube-controller-manager is not among
 * them.
 *
 * <p>The version is pinned: the newest Kubernetes that this product is built against.
 */
record EnvtestBinaries(Path directory, Consumer<String> progress)
    implements ControlPlaneBinaries.Source {

  static final String VERSION = "1.34.1";

  /** Where envtest's archives are; asked first, since the library itself waits without end. */
  private static final URI ORIGIN =
      URI.create("https://github.com/kubernetes-sigs/controller-tools");

  private static final Duration REACHABLE = Duration.ofSeconds(4);
  private static final Duration DOWNLOAD = Duration.ofMinutes(10);
  private static final Duration REPORT = Duration.ofSeconds(2);

  @Override
  public String name() {
    return "envtest binaries " + VERSION;
  }

  @Override
  public Map<String, Path> provide(List<String> wanted) {
    if (wanted.stream().noneMatch(List.of("etcd", "kube-apiserver", "kubectl")::contains)) {
      throw new ControlPlaneException("envtest has no " + String.join(", ", wanted));
    }
    BinaryManager manager = manager(true);
    if (!isThere(manager)) {
      requireReachable();
      manager = manager(false);
      download(manager);
    }
    Binaries binaries = manager.binaries();
    return Map.of(
        "etcd", binaries.getEtcd().toPath(),
        "kube-apiserver", binaries.getApiServer().toPath(),
        "kubectl", binaries.getKubectl().toPath());
  }

  private BinaryManager manager(boolean offline) {
    return new BinaryManager(
        KubeAPIServerConfigBuilder.anAPIServerConfig()
            .withTestDir(directory.toString())
            .withApiServerVersion(VERSION)
            .withOfflineMode(offline)
            // Its environment variables for these two throw ClassCastException: never read them.
            .withWaitForEtcdHealthCheckOnStartup(true)
            .withStartupTimeout(60_000)
            .build());
  }

  private static boolean isThere(BinaryManager manager) {
    try {
      manager.initAndDownloadIfRequired();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static void requireReachable() {
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(REACHABLE).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(ORIGIN)
              .method("HEAD", HttpRequest.BodyPublishers.noBody())
              .timeout(REACHABLE)
              .build();
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status >= 400) {
        throw new ControlPlaneException(ORIGIN.getHost() + " answers " + status);
      }
    } catch (IOException e) {
      throw new ControlPlaneException(
          "cannot be downloaded, "
              + ORIGIN.getHost()
              + " is not reachable from here ("
              + e.getClass().getSimpleName()
              + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ControlPlaneException("interrupted", e);
    }
  }

  private void download(BinaryManager manager) {
    progress.accept("downloading etcd, kube-apiserver and kubectl " + VERSION);
    CompletableFuture<Void> download = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("envtest-download")
        .start(
            () -> {
              try {
                manager.initAndDownloadIfRequired();
                download.complete(null);
              } catch (RuntimeException e) {
                download.completeExceptionally(e);
              }
            });
    long start = System.nanoTime();
    while (true) {
      try {
        download.get(REPORT.toMillis(), TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        if (elapsed.compareTo(DOWNLOAD) > 0) {
          throw new ControlPlaneException(
              "the download took more than " + DOWNLOAD.toMinutes() + " minutes");
        }
        progress.accept("downloading, " + elapsed.toSeconds() + " s");
      } catch (ExecutionException e) {
        throw new ControlPlaneException("the download failed: " + e.getCause().getMessage(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ControlPlaneException("interrupted", e);
      }
    }
  }
}
