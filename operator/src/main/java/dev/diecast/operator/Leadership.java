package dev.diecast.operator;

import dev.diecast.api.v1alpha1.Api;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.quarkiverse.operatorsdk.runtime.api.ConfigurationServiceCustomizer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Of several operators one works: the holder of the Lease {@code diecast-operator}. The others have
 * their caches filled and take over when it is not renewed; whoever loses it ends, so that what it
 * had begun cannot meet what its successor does. Whoever ends in order gives it back, so that an
 * update or a drain leaves models without an operator for seconds and not for a Lease's time.
 *
 * <p>Where no namespace is set there is no election: standalone runs one operator.
 */
@ApplicationScoped
public class Leadership implements ConfigurationServiceCustomizer {

  private static final Logger LOG = Logger.getLogger("dev.diecast.operator");

  private static final int LOST = 1;

  /**
   * A renewal that nobody answers fails after two requests of 10 s each (see
   * application.properties), begun at most 2 s after the last that was answered: whoever is cut off
   * has ended before a standby may take over.
   */
  private static final Duration LEASE = Duration.ofSeconds(30);

  private static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);

  /** Nobody's, unless somebody has written it since that version was read. */
  private static final String RELEASED =
      """
      {"metadata": {"resourceVersion": "%s"}, "spec": {"holderIdentity": ""}}
      """;

  private final Optional<String> namespace;
  private final String identity;

  /**
   * @param namespace {@code diecast.leader-election.namespace}: of the Lease
   * @param identity {@code diecast.leader-election.identity}: who this is, such as the pod's name;
   *     a random one where it is not set
   */
  public Leadership(
      @ConfigProperty(name = "diecast.leader-election.namespace") Optional<String> namespace,
      @ConfigProperty(name = "diecast.leader-election.identity") Optional<String> identity) {
    this.namespace = namespace.filter(name -> !name.isBlank());
    this.identity =
        identity.filter(name -> !name.isBlank()).orElseGet(() -> UUID.randomUUID().toString());
  }

  @Override
  public Consumer<ConfigurationServiceOverrider> overrider() {
    return overrider -> namespace.ifPresent(in -> elect(overrider, in));
  }

  @SuppressWarnings({"deprecation", "removal"}) // nothing else keeps the SDK from System.exit
  private void elect(ConfigurationServiceOverrider overrider, String leaseNamespace) {
    LOG.infof(
        "one operator works at a time: the holder of Lease %s/%s", leaseNamespace, Api.OPERATOR);
    // Within an orderly end the SDK's System.exit would wait for that end, which waits for it.
    boolean exitOnStopLeading = false;
    overrider.withLeaderElectionConfiguration(
        new LeaderElectionConfiguration(
            Api.OPERATOR,
            leaseNamespace,
            LEASE,
            RENEW_DEADLINE,
            LeaderElectionConfiguration.RETRY_PERIOD_DEFAULT_VALUE,
            identity,
            new LeaderCallbacks(() -> {}, Leadership::end, _ -> {}),
            exitOnStopLeading));
    // The Lease is given back with it, afterwards.
    overrider.withCloseClientOnStop(false);
  }

  /**
   * Gives the Lease back where this operator holds it. To be called when the reconcilers have
   * stopped: another may work from now on.
   */
  void release(KubernetesClient client) {
    namespace.ifPresent(in -> release(client.leases().inNamespace(in).withName(Api.OPERATOR)));
  }

  private void release(Resource<Lease> lease) {
    try {
      Lease held = lease.get();
      if (held != null && identity.equals(held.getSpec().getHolderIdentity())) {
        lease.patch(
            PatchContext.of(PatchType.JSON_MERGE),
            RELEASED.formatted(held.getMetadata().getResourceVersion()));
      }
    } catch (KubernetesClientException e) {
      LOG.warnf("the Lease is not given back, it ends after %s: %s", LEASE, e.getMessage());
    }
  }

  /**
   * Halts, unless the operator is ending anyway. System.exit would wait for an orderly end, and
   * that waits for what the loser has begun: meanwhile another works.
   */
  private static void end() {
    if (isEnding()) {
      return;
    }
    LOG.error("the Lease is lost: this operator ends, and may start anew");
    Runtime.getRuntime().halt(LOST);
  }

  private static boolean isEnding() {
    Thread probe = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(probe);
      Runtime.getRuntime().removeShutdownHook(probe);
      return false;
    } catch (IllegalStateException ending) {
      return true; // the only way in which a JVM says so
    }
  }
}
