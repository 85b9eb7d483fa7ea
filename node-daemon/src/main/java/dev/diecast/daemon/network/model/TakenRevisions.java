package dev.diecast.daemon.network.model;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * Which revisions of models' PipeGraphs engines here have worked by, and since when: of some the
 * operator says afterwards that they were not its own.
 */
final class TakenRevisions {
  private static final Logger LOG = Logger.getLogger(TakenRevisions.class);

  /** Others may make several, one after the other, before the operator makes its own. */
  private static final int MOST = 100;

  private final Map<ModelKey, TreeMap<Long, Instant>> taken = new HashMap<>();
  private final Map<ModelKey, Instant> foreign = new HashMap<>();

  /**
   * A revision has come into force.
   *
   * @param lastTrusted between it and this one pipes did what the operator had not asked for; empty
   *     where that is not so
   */
  void take(ModelKey model, long revision, Optional<Long> lastTrusted, Instant now) {
    TreeMap<Long, Instant> revisions = taken.computeIfAbsent(model, _ -> new TreeMap<>());
    lastTrusted
        .flatMap(
            trusted ->
                revisions.tailMap(trusted, false).headMap(revision, false).values().stream()
                    .findFirst())
        .ifPresent(since -> wereForeign(model, since));
    revisions.put(revision, now);
    while (revisions.size() > MOST) {
      revisions.pollFirstEntry();
    }
  }

  /** Pipes did something else than the operator had asked for, which is over. */
  void wereForeign(ModelKey model, Instant since) {
    LOG.warnf("%s: since %s its pipes were what somebody else had made of them", model, since);
    foreign.merge(model, since, (a, b) -> a.isBefore(b) ? a : b);
  }

  /** Since when pipes were others than the operator's, where that is over; each is told once. */
  Map<ModelKey, Instant> foreignSince() {
    Map<ModelKey, Instant> told = Map.copyOf(foreign);
    foreign.clear();
    return told;
  }

  /** Forgets all other models. */
  void keep(Set<ModelKey> models) {
    taken.keySet().retainAll(models);
    foreign.keySet().retainAll(models);
  }
}
