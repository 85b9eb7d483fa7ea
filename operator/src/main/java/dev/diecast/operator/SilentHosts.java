package dev.diecast.operator;

import dev.diecast.api.resources.HostPulse;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.ScaleModel;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Hosts whose daemons have ceased to report. That something does not happen is no event of
 * Kubernetes', so this looks by itself, and has models reconciled where the answer has changed.
 */
final class SilentHosts extends SimpleInboundEventSource<ScaleModel> {
  private static final Logger LOG = Logger.getLogger(SilentHosts.class);
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final HostPulse pulse = new HostPulse();
  private final Supplier<Collection<DilationHost>> hosts;
  private final Supplier<Stream<ResourceID>> models;
  private ScheduledExecutorService clock;
  private volatile Set<String> silent = Set.of();

  /**
   * @param hosts all DilationHosts there are
   * @param models all that may be concerned
   */
  SilentHosts(Supplier<Collection<DilationHost>> hosts, Supplier<Stream<ResourceID>> models) {
    super("silent-hosts");
    this.hosts = hosts;
    this.models = models;
  }

  /** Their names, by the last look. */
  Set<String> names() {
    return silent;
  }

  @Override
  public void start() {
    super.start();
    clock =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("silent-hosts").factory());
    clock.scheduleWithFixedDelay(
        this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void stop() {
    super.stop();
    if (clock != null) {
      clock.shutdownNow();
    }
  }

  /** A task that fails is never run again by its executor, and nobody would hear of it. */
  private void look() {
    try {
      compare();
    } catch (RuntimeException e) {
      LOG.warnf("hosts could not be looked at, which is tried again: %s", e);
    }
  }

  private void compare() {
    Set<String> now = pulse.silent(hosts.get(), System.nanoTime());
    if (!now.equals(silent)) {
      silent = now;
      models.get().forEach(this::propagateEvent);
    }
  }
}
