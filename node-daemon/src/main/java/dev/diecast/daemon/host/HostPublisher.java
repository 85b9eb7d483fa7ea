package dev.diecast.daemon.host;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.DilationHostSpec;
import dev.diecast.api.v1alpha1.DilationHostStatus;
import dev.diecast.daemon.cpu.CpuCorrection;
import dev.diecast.daemon.overload.HostOverload;
import dev.diecast.daemon.status.Conditions;
import dev.diecast.daemon.status.ServerSideApply;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** Makes this host's DilationHost and keeps its status true; writes only what has changed. */
public final class HostPublisher {
  private static final Logger LOG = Logger.getLogger(HostPublisher.class);
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final Duration SELDOM = Duration.ofSeconds(10);
  static final String LABEL_HOSTNAME = "kubernetes.io/hostname";

  private final KubernetesClient client;
  private final String nodeName;
  private final HostSettings settings;
  private final BooleanSupplier vmsHere;
  private Long generation;
  private Written written;
  private Instant read = Instant.MIN;
  private volatile HostSettings asSaid;

  private record Written(DilationHostStatus status, Instant at) {}

  public HostPublisher(
      KubernetesClient client, String nodeName, HostSettings settings, BooleanSupplier vmsHere) {
    this.client = client;
    this.nodeName = nodeName;
    this.settings = settings;
    this.vmsHere = vmsHere;
    this.asSaid = settings;
  }

  /** What is added to caps here, by the last that was read of the DilationHost. */
  public CpuCorrection correction() {
    return asSaid.correction();
  }

  /**
   * Compares the whole object with what is so, and writes it where it differs.
   *
   * @return whether anything was written
   */
  public boolean publish(HostFacts facts, HostOverload overload) {
    DilationHost published = resource().get();
    boolean labelled =
        published != null
            && published.getMetadata().getLabels() != null
            && nodeName.equals(published.getMetadata().getLabels().get(LABEL_HOSTNAME));
    if (!labelled) {
      published = applyObject();
    }
    Instant now = Instant.now();
    Optional<DilationHostStatus> before = Optional.ofNullable(published.getStatus());
    readSpec(published);
    DilationHostStatus status = status(facts, overload, before, now);
    written = new Written(status, now);
    if (before.equals(Optional.of(status))) {
      return !labelled;
    }
    apply(status);
    LOG.infof("DilationHost %s: %s", nodeName, status);
    return true;
  }

  /**
   * Writes how loaded the host is, where that is news: whether it is overloaded soon, numbers alone
   * seldom. What comes back says what is asked of the host; where nothing was written, that is read
   * as seldom.
   *
   * @param facts as they were published last
   */
  public void publishLoad(HostFacts facts, HostOverload overload) {
    Instant now = Instant.now();
    if (Duration.between(read, now).compareTo(SELDOM) >= 0) {
      Optional.ofNullable(resource().get()).ifPresent(this::readSpec);
    }
    DilationHostStatus status = status(facts, overload, Optional.of(written.status), now);
    boolean said = !written.status.switchLoss().equals(status.switchLoss());
    boolean news = !Conditions.sameButWording(written.status.conditions(), status.conditions());
    boolean numbers = !written.status.load().equals(status.load());
    Duration age = Duration.between(written.at, now);
    if (said || news && age.compareTo(SOON) >= 0 || numbers && age.compareTo(SELDOM) >= 0) {
      apply(status);
      written = new Written(status, now);
    }
  }

  private DilationHostStatus status(
      HostFacts facts, HostOverload overload, Optional<DilationHostStatus> before, Instant now) {
    return HostStatus.of(facts, asSaid, overload, before, generation, vmsHere.getAsBoolean(), now);
  }

  private void apply(DilationHostStatus status) {
    DilationHost own = own();
    own.setStatus(status);
    readSpec(client.resource(own).subresource("status").patch(ServerSideApply.OWN));
  }

  private void readSpec(DilationHost host) {
    read = Instant.now();
    generation = host.getMetadata().getGeneration();
    HostSettings before = asSaid;
    try {
      asSaid = Optional.ofNullable(host.getSpec()).map(settings::asSaid).orElse(settings);
    } catch (IllegalArgumentException e) {
      LOG.warnf("DilationHost %s: %s", nodeName, e.getMessage());
    }
    if (!before.equals(asSaid)) {
      LOG.infof("caps of this host are wider by %s", asSaid.correction());
    }
  }

  private DilationHost applyObject() {
    DilationHost own = own();
    own.getMetadata().setLabels(Map.of(LABEL_HOSTNAME, nodeName));
    own.setSpec(new DilationHostSpec()); // required, and the administrator's: none of it ours
    return client.resource(own).fieldManager(Api.NODE_DAEMON).forceConflicts().serverSideApply();
  }

  private Resource<DilationHost> resource() {
    return client.resources(DilationHost.class).withName(nodeName);
  }

  private DilationHost own() {
    DilationHost own = new DilationHost();
    own.setMetadata(new ObjectMetaBuilder().withName(nodeName).build());
    return own;
  }
}
