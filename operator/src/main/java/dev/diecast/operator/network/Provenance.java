package dev.diecast.operator.network;

import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.api.v1alpha1.PipeGraphSpec;
import dev.diecast.api.v1alpha1.ScaleModel;
import java.util.Collection;
import java.util.Optional;

/**
 * Which PipeGraphs of a model are the operator's work. Whoever may write PipeGraphs can make one of
 * a greater revision, by hand or by mistake, and daemons take the greatest.
 *
 * @param design what the model asks for now
 * @param digest of what that was made from
 * @param port by which the hosts hand packets over
 */
record Provenance(ScaleModel model, NetworkDesign design, String digest, int port) {
  private static final int DIGEST_IN_NAME = 10;

  /** Revision and content have their place in the name, so that no other is taken for it. */
  static String name(ScaleModel model, long revision, String digest) {
    return "%s-%d-%s"
        .formatted(
            model.getMetadata().getName(),
            revision,
            digest.substring(0, Math.min(DIGEST_IN_NAME, digest.length())));
  }

  /**
   * Whether it is what the operator wrote, as far as can be told: one that was made from what the
   * model is now has the content that this gives.
   */
  boolean isTrusted(PipeGraph graph) {
    String made = NetworkPublishing.digestOf(graph);
    long revision = NetworkPublishing.revision(graph);
    return NetworkPublishing.isOwn(model, graph)
        && graph.getMetadata().getName().equals(name(model, revision, made))
        && (!made.equals(digest) || sameContent(graph.getSpec()));
  }

  private boolean sameContent(PipeGraphSpec there) {
    PipeGraphSpec wanted = design.graph(there.revision(), port);
    return there.equals(
        there.lastTrustedRevision() == null
            ? wanted
            : wanted.trustedTo(there.lastTrustedRevision()));
  }

  /**
   * What is to be published after these.
   *
   * @param newest of them
   */
  PipeGraphSpec successor(Collection<PipeGraph> graphs, Optional<PipeGraph> newest) {
    PipeGraphSpec next = design.graph(newest.map(NetworkPublishing::revision).orElse(0L) + 1, port);
    if (newest.isEmpty() || isTrusted(newest.get())) {
      return next;
    }
    return next.trustedTo(
        graphs.stream()
            .filter(this::isTrusted)
            .mapToLong(NetworkPublishing::revision)
            .max()
            .orElse(0));
  }
}
