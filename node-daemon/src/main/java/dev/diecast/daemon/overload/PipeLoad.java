package dev.diecast.daemon.overload;

import dev.diecast.core.fidelity.PipeUse;
import dev.diecast.daemon.network.EngineTotals;
import dev.diecast.daemon.network.model.ModelKey;
import dev.diecast.daemon.network.model.ModelReport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What each model's pipes did in the last seconds, from counters that only grow. */
public final class PipeLoad {
  private final Duration window;
  private final Map<ModelKey, Deque<Counters>> readings = new HashMap<>();

  /** All since the engine began, at one moment. */
  private record Counters(long nanos, long delivered, long late, long overdue, long lost) {
    static Counters of(long nanos, EngineTotals engine) {
      return new Counters(
          nanos,
          engine.scheduler().deliveredPackets(),
          engine.scheduler().lateDeliveries(),
          engine.scheduler().overdueDeliveries(),
          engine.scheduler().doorDropsFull()
              + engine.scheduler().doorDropsLate()
              + engine.ports().receiverDrops());
    }

    PipeUse since(Counters before) {
      return new PipeUse(
          nanos - before.nanos,
          delivered - before.delivered,
          late - before.late,
          overdue - before.overdue,
          lost - before.lost);
    }

    /** An engine that was started anew counts from 0. */
    boolean continues(Counters before) {
      return delivered >= before.delivered && lost >= before.lost && late >= before.late;
    }
  }

  public PipeLoad(Duration window) {
    this.window = window;
  }

  /** Takes one reading of each; a model that was not there before has no use yet. */
  public Map<ModelKey, PipeUse> read(Map<ModelKey, ModelReport> reports, long nanos) {
    readings.keySet().retainAll(reports.keySet());
    Map<ModelKey, PipeUse> uses = new HashMap<>();
    reports.forEach(
        (model, report) ->
            use(
                    readings.computeIfAbsent(model, _ -> new ArrayDeque<>()),
                    Counters.of(nanos, report.engine()))
                .ifPresent(use -> uses.put(model, use)));
    return uses;
  }

  private Optional<PipeUse> use(Deque<Counters> earlier, Counters now) {
    if (!earlier.isEmpty() && !now.continues(earlier.getLast())) {
      earlier.clear();
    }
    while (earlier.size() > 1 && now.nanos - earlier.getFirst().nanos > window.toNanos()) {
      earlier.removeFirst();
    }
    Optional<PipeUse> use = Optional.ofNullable(earlier.peekFirst()).map(now::since);
    earlier.addLast(now);
    return use;
  }
}
