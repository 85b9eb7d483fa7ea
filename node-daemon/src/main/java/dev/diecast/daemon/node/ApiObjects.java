package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.PipeGraph;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** What the daemon knows of the API server's objects; kept up to date as long as it runs. */
final class ApiObjects implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ApiObjects.class);

  private final KubernetesClient client;
  private final String host;
  private final SharedIndexInformer<DilatedNode> nodes;
  private final SharedIndexInformer<PipeGraph> graphs;

  ApiObjects(KubernetesClient client, String host) {
    this.client = client;
    this.host = host;
    this.nodes =
        client
            .resources(DilatedNode.class)
            .inAnyNamespace()
            .withLabel(Api.LABEL_HOST, host)
            .runnableInformer(0)
            .exceptionHandler((_, e) -> retry(e));
    this.graphs =
        client
            .resources(PipeGraph.class)
            .inAnyNamespace()
            .runnableInformer(0)
            .exceptionHandler((_, e) -> retry(e));
  }

  private static boolean retry(Throwable e) {
    LOG.debugf("the API server's objects cannot be watched: %s", e.getMessage());
    return true;
  }

  /**
   * Starts to watch, whether or not the API server can be reached yet.
   *
   * @param graphsChanged told whenever a PipeGraph has come or gone
   */
  void start(Runnable graphsChanged) {
    graphs.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(PipeGraph graph) {
            graphsChanged.run();
          }

          @Override
          public void onUpdate(PipeGraph before, PipeGraph now) {
            // A PipeGraph never changes.
          }

          @Override
          public void onDelete(PipeGraph graph, boolean unknownState) {
            graphsChanged.run();
          }
        });
    nodes.start();
    graphs.start();
  }

  /** Whether the nodes are known: before that an absent one proves nothing. */
  boolean hasSynced() {
    return nodes.hasSynced();
  }

  /** Nodes of this host, by uid. */
  Map<String, DilatedNode> nodes() {
    return nodes.getStore().list().stream()
        .filter(node -> host.equals(node.getSpec().host()))
        .collect(Collectors.toMap(n -> n.getMetadata().getUid(), Function.identity()));
  }

  Collection<PipeGraph> graphs() {
    return graphs.getStore().list();
  }

  /** Asked for seldom, so not watched: hosts say every few seconds how loaded they are. */
  Optional<String> peerAddress(String host) {
    try {
      return Optional.ofNullable(client.resources(DilationHost.class).withName(host).get())
          .flatMap(there -> Optional.ofNullable(there.getStatus()))
          .flatMap(status -> Optional.ofNullable(status.peerAddress()));
    } catch (KubernetesClientException e) {
      LOG.debugf("DilationHost %s cannot be read: %s", host, e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    nodes.stop();
    graphs.stop();
  }
}
