package dev.diecast.operator;

import dev.diecast.api.v1alpha1.Api;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.Operator;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Starts the reconcilers as soon as the API server answers and serves every kind they need. Whoever
 * installs the operator applies the CRDs; until they are there it waits, and says so.
 */
@ApplicationScoped
public class Startup {

  private static final Logger LOG = Logger.getLogger("dev.diecast.operator");
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration REMINDER = Duration.ofSeconds(15);

  private static final Map<String, Set<String>> NEEDED =
      Map.of(
          Api.GROUP + "/" + Api.VERSION,
          Set.of("scalemodels", "dilatednodes", "dilationhosts", "pipegraphs"),
          "kubevirt.io/v1",
          Set.of("virtualmachines", "virtualmachineinstances"));

  private final KubernetesClient client;
  private final Operator operator;
  private final Leadership leadership;
  private volatile boolean started;
  private volatile boolean stopping;
  private volatile String waitingFor = "the API server";

  public Startup(KubernetesClient client, Operator operator, Leadership leadership) {
    this.client = client;
    this.operator = operator;
    this.leadership = leadership;
  }

  void onStart(@Observes StartupEvent event) {
    Thread.ofPlatform().name("start-reconcilers").daemon().start(this::startWhenServed);
  }

  void onStop(@Observes ShutdownEvent event) {
    stopping = true;
    if (started) {
      // Quarkus' own extension stops only what it has started. Then nothing is written any more.
      operator.stop();
      leadership.release(client);
    }
  }

  /** Whether the reconcilers run. */
  boolean isStarted() {
    return started;
  }

  /** Kinds that the reconcilers no longer see the changes of. */
  Set<String> unhealthySources() {
    return started
        ? operator.getRuntimeInfo().unhealthyEventSources().values().stream()
            .flatMap(sources -> sources.keySet().stream())
            .collect(Collectors.toSet())
        : Set.of();
  }

  /** What is missing while they do not. */
  String waitingFor() {
    return waitingFor;
  }

  private void startWhenServed() {
    long nextReminder = System.nanoTime();
    while (!stopping) {
      String missing = missing();
      if (missing.isEmpty()) {
        start();
        return;
      }
      boolean news = !missing.equals(waitingFor);
      waitingFor = missing;
      if (news || System.nanoTime() >= nextReminder) {
        LOG.infof("waiting for %s at %s", missing, client.getMasterUrl());
        nextReminder = System.nanoTime() + REMINDER.toNanos();
      }
      try {
        Thread.sleep(POLL);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void start() {
    try {
      operator.start();
    } catch (RuntimeException failed) {
      // A half-started JOSDK operator cannot be started again; whoever supervises us can.
      LOG.errorf("the reconcilers cannot start, the operator ends: %s", failed.getMessage());
      Quarkus.asyncExit(1);
      return;
    }
    started = true;
    waitingFor = "";
    LOG.infof("reconciling at %s", client.getMasterUrl());
  }

  private String missing() {
    try {
      List<String> missing = new ArrayList<>();
      NEEDED.forEach(
          (groupVersion, plurals) -> {
            Set<String> served = served(groupVersion);
            plurals.stream()
                .filter(plural -> !served.contains(plural))
                .map(plural -> plural + "." + groupVersion)
                .forEach(missing::add);
          });
      return missing.isEmpty()
          ? ""
          : "the CRDs of "
              + missing.stream().sorted().collect(Collectors.joining(", "))
              + " (apply them: the operator does not)";
    } catch (KubernetesClientException e) {
      return "the API server: " + e.getMessage();
    }
  }

  private Set<String> served(String groupVersion) {
    APIResourceList list = client.getApiResources(groupVersion);
    return list == null
        ? Set.of()
        : list.getResources().stream().map(APIResource::getName).collect(Collectors.toSet());
  }
}
