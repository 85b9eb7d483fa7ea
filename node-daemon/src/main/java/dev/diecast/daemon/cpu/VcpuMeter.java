package dev.diecast.daemon.cpu;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.core.cpu.ThreadTimes;
import dev.diecast.core.cpu.Throttling;
import dev.diecast.core.fidelity.CpuDelivery;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Measures the CPU that one vCPU gets, through all changes of its thread and its cgroup. */
final class VcpuMeter {
  private final SchedulerTimes times;
  private final Map<Integer, ThreadTimes> baseline;
  private final Duration window;
  private final Map<Integer, ThreadTimes> last = new HashMap<>();
  private final Deque<Sample> samples = new ArrayDeque<>();

  /** The part of the throttling that was there before this meter; a cgroup moved starts anew. */
  private Throttling throttlingBefore = Throttling.NONE;

  private Throttling throttlingLast = Throttling.NONE;
  private Path cgroup;
  private CpuCap cap;
  private long changedAt;
  private Optional<CpuDelivery> sinceLast = Optional.empty();
  private Optional<CpuDelivery> recent = Optional.empty();

  private record Sample(long nanoTime, ThreadTimes gross, long netDelayNanos) {}

  VcpuMeter(SchedulerTimes times, Map<Integer, ThreadTimes> baseline, Duration window) {
    this.times = times;
    this.baseline = baseline;
    this.window = window;
  }

  /**
   * @param capNow of this vCPU
   */
  void read(Vcpu vcpu, CpuCap capNow, boolean drifted) throws IOException {
    ThreadTimes before = gross();
    for (int tid : vcpu.threads()) {
      times.read(tid).ifPresent(t -> last.put(tid, t));
    }
    readThrottling(vcpu.cgroup());
    Sample now = sample(vcpu, before);
    CpuCap capBefore = cap == null ? capNow : cap;
    cap = capNow;
    sinceLast = Optional.ofNullable(samples.peekLast()).map(last -> delivery(last, now, capBefore));
    if (drifted || !capBefore.equals(capNow)) {
      samples.clear();
    }
    samples.addLast(now);
    recent = recent(now, capNow);
  }

  /**
   * The scheduler counts a wait when it ends. A thread that has waited all the time since the last
   * reading looks idle by its counters; that it is runnable tells it apart.
   */
  private Sample sample(Vcpu vcpu, ThreadTimes before) {
    long nanoTime = System.nanoTime();
    ThreadTimes gross = gross();
    if (!gross.equals(before) || samples.isEmpty()) {
      changedAt = nanoTime;
    }
    boolean waits = changedAt < nanoTime && vcpu.threads().stream().anyMatch(times::isRunnable);
    long pending = waits ? nanoTime - changedAt : 0;
    return new Sample(nanoTime, gross.plus(new ThreadTimes(0, pending)), runDelayNanos() + pending);
  }

  /** Since the cap was applied. */
  ThreadTimes gross() {
    ThreadTimes sum = ThreadTimes.ZERO;
    for (Map.Entry<Integer, ThreadTimes> thread : last.entrySet()) {
      ThreadTimes since = baseline.getOrDefault(thread.getKey(), ThreadTimes.ZERO);
      sum = sum.plus(thread.getValue().minus(since));
    }
    return sum;
  }

  Throttling throttling() {
    return throttlingLast;
  }

  /** Waiting that the cap does not explain. */
  long runDelayNanos() {
    return Math.max(0, gross().delayNanos() - throttlingLast.nanos());
  }

  /** Between the last two readings. */
  Optional<CpuDelivery> sinceLast() {
    return sinceLast;
  }

  /** As of the last reading; empty until that was a window after the first. */
  Optional<CpuDelivery> recent() {
    return recent;
  }

  private void readThrottling(Path inCgroup) throws IOException {
    if (!inCgroup.equals(cgroup)) {
      throttlingBefore = throttlingLast;
      cgroup = inCgroup;
    }
    throttlingLast = throttlingBefore.plus(SchedulerTimes.throttling(inCgroup));
  }

  /** The oldest sample kept is the youngest that is at least a window old. */
  private Optional<CpuDelivery> recent(Sample now, CpuCap due) {
    Sample first = samples.peekFirst();
    while (samples.size() > 1 && now.nanoTime - first.nanoTime >= window.toNanos()) {
      samples.removeFirst();
      Sample second = samples.peekFirst();
      if (now.nanoTime - second.nanoTime < window.toNanos()) {
        samples.addFirst(first);
        break;
      }
      first = second;
    }
    long length = now.nanoTime - first.nanoTime;
    if (length < window.toNanos()) {
      return Optional.empty();
    }
    return Optional.of(delivery(first, now, due));
  }

  private static CpuDelivery delivery(Sample from, Sample to, CpuCap cap) {
    ThreadTimes times = to.gross.minus(from.gross);
    return CpuDelivery.of(
        to.nanoTime - from.nanoTime,
        times.runNanos(),
        times.delayNanos(),
        Math.max(0, to.netDelayNanos - from.netDelayNanos),
        cap);
  }
}
