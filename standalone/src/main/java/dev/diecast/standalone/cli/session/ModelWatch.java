package dev.diecast.standalone.cli.session;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.standalone.Progress;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Follows one ScaleModel and tells a person how far it is. An API server that does not answer is
 * waited for: the supervisor brings it back.
 */
public final class ModelWatch {
  private static final Duration POLL = Duration.ofMillis(400);

  /** For how long VMs may be broken before waiting ends. */
  private static final Duration BROKEN = Duration.ofSeconds(15);

  private final KubernetesClient client;
  private final Progress progress;
  private final String namespace;
  private final String name;
  private final BooleanSupplier alive;
  private String lastLine = "";
  private long brokenSinceNanos;

  /**
   * @param alive whether the supervisor still runs; without it nothing will ever get better
   */
  ModelWatch(
      KubernetesClient client,
      Progress progress,
      String namespace,
      String name,
      BooleanSupplier alive) {
    this.client = client;
    this.progress = progress;
    this.namespace = namespace;
    this.name = name;
    this.alive = alive;
  }

  /** What is there at one moment. */
  public record Snapshot(ScaleModel model, List<DilatedNode> nodes) {

    public Optional<Condition> condition(String type) {
      return model.getStatus() == null
          ? Optional.empty()
          : find(model.getStatus().conditions(), type);
    }

    /** True when the operator's word is about the spec that is there now. */
    public boolean current() {
      return model.getStatus() != null
          && model.getMetadata().getGeneration().equals(model.getStatus().observedGeneration());
    }

    /**
     * Of the host that the model's nodes are on; one host is all that standalone has. Empty where
     * their driver tells guests nothing of it.
     */
    public Optional<Long> tscKilohertz() {
      return Optional.ofNullable(nodes.getFirst().getSpec().tscKilohertz());
    }

    public boolean isTrue(String type) {
      return current() && condition(type).filter(c -> "True".equals(c.getStatus())).isPresent();
    }

    public Optional<Condition> refusal() {
      if (!current()) {
        return Optional.empty();
      }
      return condition("Accepted")
          .filter(c -> "False".equals(c.getStatus()))
          .or(
              () ->
                  condition("Placed")
                      .filter(c -> "False".equals(c.getStatus()))
                      // Hosts announce themselves a moment after the daemon starts.
                      .filter(c -> !"NoHosts".equals(c.getReason())));
    }
  }

  static Optional<Condition> find(List<Condition> conditions, String type) {
    return conditions.stream().filter(c -> type.equals(c.getType())).findFirst();
  }

  static Optional<Condition> find(DilatedNode node, String type) {
    return node.getStatus() == null ? Optional.empty() : find(node.getStatus().conditions(), type);
  }

  public static boolean isTrue(DilatedNode node, String type) {
    return find(node, type).filter(c -> "True".equals(c.getStatus())).isPresent();
  }

  /** Reads model and nodes; empty while the API server does not answer. */
  public Optional<Snapshot> snapshot() {
    try {
      ScaleModel model =
          client.resources(ScaleModel.class).inNamespace(namespace).withName(name).get();
      if (model == null) {
        throw new IllegalStateException(
            "ScaleModel %s/%s was deleted meanwhile".formatted(namespace, name));
      }
      List<DilatedNode> nodes =
          client
              .resources(DilatedNode.class)
              .inNamespace(namespace)
              .withLabel(Api.LABEL_MODEL, name)
              .list()
              .getItems()
              .stream()
              .sorted(
                  Comparator.comparing((DilatedNode node) -> node.getSpec().group())
                      .thenComparing(node -> node.getSpec().index()))
              .toList();
      return Optional.of(new Snapshot(model, nodes));
    } catch (KubernetesClientException e) {
      say("the API server does not answer; waiting for it");
      return Optional.empty();
    }
  }

  /**
   * Waits until the condition holds.
   *
   * @throws Refusal where the operator refuses the model
   * @throws IllegalStateException on timeout, naming what is not there
   */
  public Snapshot await(String what, Duration timeout, java.util.function.Predicate<Snapshot> done)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    Optional<Snapshot> last = Optional.empty();
    while (System.nanoTime() < deadline) {
      Optional<Snapshot> now = snapshot();
      if (now.isPresent()) {
        last = now;
        now.get().refusal().ifPresent(this::refuse);
        giveUpOnBrokenVms(now.get());
        say(describe(now.get()));
        if (done.test(now.get())) {
          return now.get();
        }
      }
      if (!alive.getAsBoolean()) {
        throw new IllegalStateException(
            "the supervisor has ended; its log says why (./diecast down cleans up)");
      }
      Thread.sleep(POLL);
    }
    throw new IllegalStateException(
        "%s: not reached within %d s of host time; %s"
            .formatted(
                what, timeout.toSeconds(), last.map(ModelWatch::describe).orElse("no answer")));
  }

  /** A VM that failed may be started again; one that keeps failing will not come up by waiting. */
  private void giveUpOnBrokenVms(Snapshot snapshot) {
    Optional<Condition> failed =
        snapshot.condition("Provisioned").filter(c -> "VirtualMachineFailed".equals(c.getReason()));
    if (failed.isEmpty()) {
      brokenSinceNanos = 0;
    } else if (brokenSinceNanos == 0) {
      brokenSinceNanos = System.nanoTime();
    } else if (System.nanoTime() - brokenSinceNanos > BROKEN.toNanos()) {
      throw new IllegalStateException(
          "ScaleModel %s: %s: %s"
              .formatted(name, failed.get().getReason(), failed.get().getMessage()));
    }
  }

  private void refuse(Condition condition) {
    throw new Refusal(
        "ScaleModel %s: %s: %s".formatted(name, condition.getReason(), condition.getMessage()));
  }

  private void say(String line) {
    if (!line.equals(lastLine)) {
      lastLine = line;
      progress.step(line);
    }
  }

  private static String describe(Snapshot snapshot) {
    if (!snapshot.current()) {
      return "waiting for the operator";
    }
    if (!snapshot.isTrue("Placed")) {
      return snapshot.condition("Placed").map(Condition::getMessage).orElse("planning");
    }
    List<DilatedNode> nodes = snapshot.nodes();
    return "%d nodes: %d running, %d capped, %d with a true clock"
        .formatted(
            nodes.size(),
            count(nodes, "Provisioned"),
            count(nodes, "Capped"),
            count(nodes, "Dilated"));
  }

  private static long count(List<DilatedNode> nodes, String type) {
    return nodes.stream().filter(node -> isTrue(node, type)).count();
  }
}
