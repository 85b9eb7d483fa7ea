package dev.diecast.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.daemon.support.ApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose CRDs are of an older version: nodes are served, and the mend is said. */
class ApiObjectsIT {
  @Test
  void saysWhatIsMissingAndWaitsForWhatIsNot(@TempDir Path directory) throws IOException {
    Optional<Path> binaries = ApiServer.binaries();
    assumeTrue(binaries.isPresent(), "SKIPPED: KUBEBUILDER_ASSETS is not set");
    try (ApiServer server = new ApiServer(binaries.get(), directory);
        KubernetesClient client = server.client();
        ApiObjects objects = new ApiObjects(client, "h1")) {
      create(client, "dilatednodes");
      objects.start(() -> {});
      eventually().until(() -> objects.graphsTrouble().isPresent());
      assertThat(objects.graphsTrouble().get()).contains("pipegraphs.diecast.dev", "CRDs");
      eventually().until(objects::hasSynced);
      create(client, "pipegraphs");
      eventually().until(() -> objects.graphsTrouble().isEmpty());
      assertThat(objects.hasSynced()).isTrue();
    }
  }

  @Test
  void aServerThatIsNotThereIsWaitedFor() {
    assertThat(ApiObjects.trouble("pipegraphs", new IOException("connection refused"))).isEmpty();
    assertThat(ApiObjects.trouble("pipegraphs", refused(503))).isEmpty();
    assertThat(ApiObjects.trouble("pipegraphs", refused(403)))
        .hasValueSatisfying(text -> assertThat(text).contains("pipegraphs", "right"));
  }

  private static KubernetesClientException refused(int code) {
    return new KubernetesClientException("no", code, null);
  }

  private static ConditionFactory eventually() {
    return Awaitility.await().atMost(Duration.ofSeconds(90)).ignoreExceptions();
  }

  private static void create(KubernetesClient client, String plural) throws IOException {
    try (InputStream crd =
        ApiObjectsIT.class.getResourceAsStream("/diecast/" + plural + ".diecast.dev.yaml")) {
      client.load(crd).create();
    }
  }
}
