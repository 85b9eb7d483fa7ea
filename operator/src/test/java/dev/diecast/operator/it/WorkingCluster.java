package dev.diecast.operator.it;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.operator.vm.KubeVirt;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * KubeVirt's virt-controller and the hosts' daemons of one namespace, at work by themselves: they
 * watch, and answer what they see as the real ones do. A VM gets an instance, which goes through
 * every phase that KubeVirt's goes through, one write each; a node whose VM runs gets its daemon's
 * report.
 */
final class WorkingCluster implements AutoCloseable {

  private static final List<String> PHASES =
      List.of("Pending", "Scheduling", "Scheduled", "Running");
  private static final String[] REPORT = {
    "Capped=True/Capped",
    "Networked=True/Attached",
    "Dilated=True/Dilated",
    "Faithful=True/Faithful"
  };
  private static final int SIDE_BY_SIDE = 4;

  private final Cluster cluster;
  private final ExecutorService workers = Executors.newFixedThreadPool(SIDE_BY_SIDE);
  private final Set<String> done = ConcurrentHashMap.newKeySet();
  private final AtomicReference<RuntimeException> trouble = new AtomicReference<>();
  private final SharedIndexInformer<GenericKubernetesResource> machines;
  private final SharedIndexInformer<DilatedNode> nodes;

  WorkingCluster(KubernetesClient client, Cluster cluster) {
    this.cluster = cluster;
    this.machines = inform(client, KubeVirt.virtualMachines(), this::start);
    this.nodes =
        client.resources(DilatedNode.class).inNamespace(cluster.name()).inform(seen(this::report));
  }

  private SharedIndexInformer<GenericKubernetesResource> inform(
      KubernetesClient client,
      ResourceDefinitionContext kind,
      Consumer<GenericKubernetesResource> then) {
    return client.genericKubernetesResources(kind).inNamespace(cluster.name()).inform(seen(then));
  }

  private static <T> ResourceEventHandler<T> seen(Consumer<T> then) {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(T resource) {
        then.accept(resource);
      }

      @Override
      public void onUpdate(T before, T resource) {
        then.accept(resource);
      }

      @Override
      public void onDelete(T resource, boolean unknown) {
        // The garbage collector takes what belongs to it.
      }
    };
  }

  private void start(GenericKubernetesResource vm) {
    if (!vm.isMarkedForDeletion() && done.add(vm.getMetadata().getUid())) {
      work(
          () -> {
            cluster.create(Cluster.instanceOf(vm), KubeVirt.virtualMachineInstances());
            phase(vm.getMetadata().getName(), 0);
          });
    }
  }

  /** One phase after another, with the other machines' phases between. */
  private void phase(String name, int index) {
    if (index < PHASES.size()) {
      work(
          () -> {
            cluster.instanceStatus(name, Map.of("phase", PHASES.get(index)));
            phase(name, index + 1);
          });
    }
  }

  private void report(DilatedNode node) {
    String key = node.getMetadata().getUid() + "/" + node.getMetadata().getGeneration();
    if (!node.isMarkedForDeletion() && isProvisioned(node) && done.add(key)) {
      work(() -> cluster.daemonReports(node, REPORT));
    }
  }

  /** Every daemon measures all of its nodes once more, and says so. */
  void measureAll() {
    CompletableFuture.allOf(
            nodes.getStore().list().stream()
                .map(
                    node -> CompletableFuture.runAsync(() -> cluster.daemonMeasures(node), workers))
                .toArray(CompletableFuture[]::new))
        .join();
  }

  private static boolean isProvisioned(DilatedNode node) {
    return node.getStatus() != null
        && node.getStatus().conditions().stream()
            .anyMatch(c -> c.getType().equals("Provisioned") && c.getStatus().equals("True"));
  }

  private void work(Runnable step) {
    try {
      workers.execute(
          () -> {
            try {
              step.run();
            } catch (RuntimeException e) {
              trouble.compareAndSet(null, e);
            }
          });
    } catch (RejectedExecutionException closed) {
      trouble.compareAndSet(null, closed);
    }
  }

  /**
   * How far the operator has come: nodes written, VMs written and nodes said to be provisioned, so
   * up to three for each node of a model.
   */
  int progress() {
    requireNoTrouble();
    List<DilatedNode> there = nodes.getStore().list();
    return there.size()
        + machines.getStore().list().size()
        + (int) there.stream().filter(WorkingCluster::isProvisioned).count();
  }

  private void requireNoTrouble() {
    if (trouble.get() != null) {
      throw new IllegalStateException("a stand-in of KubeVirt's or of a daemon's", trouble.get());
    }
  }

  @Override
  public void close() {
    machines.close();
    nodes.close();
    workers.shutdownNow();
  }
}
