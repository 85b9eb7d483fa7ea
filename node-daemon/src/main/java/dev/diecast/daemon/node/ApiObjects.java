package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.daemon.network.PublishedPeer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Set<String> said = ConcurrentHashMap.newKeySet();
  private volatile Optional<String> graphsTrouble = Optional.empty();

  ApiObjects(KubernetesClient client, String host) {
    this.client = client;
    this.host = host;
    this.nodes =
        client
            .resources(DilatedNode.class)
            .inAnyNamespace()
            .withLabel(Api.LABEL_HOST, host)
            .runnableInformer(0)
            .exceptionHandler(
                (_, e) -> {
                  complain("dilatednodes", e);
                  return true;
                });
    this.graphs =
        client
            .resources(PipeGraph.class)
            .inAnyNamespace()
            .runnableInformer(0)
            .exceptionHandler(
                (_, e) -> {
                  graphsTrouble = complain("pipegraphs", e).or(() -> graphsTrouble);
                  return true;
                });
  }

  /**
   * Says what cannot be watched and why, once for each reason.
   *
   * @return the same where waiting will not mend it
   */
  private Optional<String> complain(String resource, Throwable e) {
    Optional<String> trouble = trouble(resource, e);
    if (trouble.isPresent() && said.add(trouble.get())) {
      LOG.warn(trouble.get());
    } else if (trouble.isEmpty()) {
      LOG.debugf("%s cannot be watched: %s", resource, e.getMessage());
    }
    return trouble;
  }

  /** Empty where the API server was merely not reached, or not in order. */
  static Optional<String> trouble(String resource, Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null && !(cause instanceof KubernetesClientException)) {
      cause = cause.getCause();
    }
    int code = cause instanceof KubernetesClientException refused ? refused.getCode() : 0;
    return switch (code) {
      case HttpURLConnection.HTTP_NOT_FOUND ->
          Optional.of(
              "the API server has no %s.%s: apply DieCast's CRDs".formatted(resource, Api.GROUP));
      case HttpURLConnection.HTTP_UNAUTHORIZED, HttpURLConnection.HTTP_FORBIDDEN ->
          Optional.of(
              ("the daemon may not list and watch %s.%s: give its ServiceAccount that right"
                      + " (API server: %s)")
                  .formatted(resource, Api.GROUP, e.getMessage()));
      default -> Optional.empty();
    };
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

  /**
   * Whether nodes and PipeGraphs are known: before that an absent one proves nothing. Without the
   * right to PipeGraphs nodes are served all the same.
   */
  boolean hasSynced() {
    return nodes.hasSynced() && (graphs.hasSynced() || graphsTrouble.isPresent());
  }

  /** Why PipeGraphs are not known, and the mend; empty where they are. */
  Optional<String> graphsTrouble() {
    return graphs.isWatching() ? Optional.empty() : graphsTrouble;
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
  Optional<PublishedPeer> peer(String host) {
    try {
      return Optional.ofNullable(client.resources(DilationHost.class).withName(host).get())
          .flatMap(there -> Optional.ofNullable(there.getStatus()))
          .filter(status -> status.peerAddress() != null && status.peerKey() != null)
          .map(status -> new PublishedPeer(status.peerAddress(), status.peerKey()));
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
