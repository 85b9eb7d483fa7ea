package dev.diecast.api.resources;

import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.DilationHostStatus;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which hosts' daemons have fallen silent. A daemon whose host has VMs writes its host's load every
 * ten seconds; what it wrote of its nodes is worth nothing once it has ceased to. Whether it writes
 * is seen by its words changing, as Kubernetes sees it of kubelets: hosts' clocks may differ.
 */
public final class HostPulse {
  /** Three times the daemon's interval. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Reason of a model's Faithful while a daemon is silent: nobody knows what its nodes are. */
  public static final String REASON = "DaemonSilent";

  private final Map<String, Beat> last = new HashMap<>();

  /**
   * @param seenNanos when it was first seen
   */
  private record Beat(String measuredAt, long seenNanos) {}

  /**
   * Takes one look.
   *
   * @param hosts all there are; what is not among them is forgotten
   * @param nanos of a clock that only goes on, such as {@link System#nanoTime}
   * @return names of those that have had VMs and have said nothing new for {@link #PATIENCE}
   */
  public synchronized Set<String> silent(Collection<DilationHost> hosts, long nanos) {
    Set<String> silent = new TreeSet<>();
    Set<String> beating = new TreeSet<>();
    for (DilationHost host : hosts) {
      String name = host.getMetadata().getName();
      Optional<String> said = measuredAt(host);
      if (said.isEmpty()) {
        continue;
      }
      beating.add(name);
      Beat beat = last.get(name);
      if (beat == null || !beat.measuredAt.equals(said.get())) {
        last.put(name, new Beat(said.get(), nanos));
      } else if (nanos - beat.seenNanos >= PATIENCE.toNanos()) {
        silent.add(name);
      }
    }
    last.keySet().retainAll(beating);
    return silent;
  }

  /** When its daemon measured the load it published last; empty where it has no VMs. */
  public static Optional<String> measuredAt(DilationHost host) {
    return Optional.ofNullable(host.getStatus())
        .map(DilationHostStatus::load)
        .map(DilationHostStatus.Load::measuredAt);
  }
}
