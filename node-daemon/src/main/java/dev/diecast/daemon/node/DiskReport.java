package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.DiskStatus;
import dev.diecast.core.Rational;
import dev.diecast.core.disk.DiskRate;
import dev.diecast.core.disk.DiskThrottle;
import dev.diecast.core.disk.LatencyFloor;
import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.Judgement;
import dev.diecast.daemon.disk.DeviceNumber;
import dev.diecast.daemon.disk.DiskBacking;
import dev.diecast.daemon.disk.DiskCounters;
import dev.diecast.daemon.disk.DiskDue;
import dev.diecast.daemon.disk.DiskProblem;
import dev.diecast.daemon.disk.DiskTarget;
import dev.diecast.daemon.disk.ThrottleOutcome;
import dev.diecast.daemon.status.Conditions;
import dev.diecast.daemon.status.Conditions.Claim;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the status says of a node's disks. Pure. */
final class DiskReport {
  static final String THROTTLED = "Throttled";

  /** Rounding to whole numbers per second that is worth a word. */
  private static final Rational NOTABLE = Rational.of(1, 100);

  private DiskReport() {}

  /** Empty for a machine without limits of its disks: there is nothing to claim. */
  static Optional<Claim> throttled(NodeView view) {
    DiskTarget target = view.target().map(NodeTarget::disks).orElse(DiskTarget.NONE);
    if (target.isUnlimited()) {
      return Optional.empty();
    }
    return Optional.of(
        view.disks()
            .map(outcome -> throttled(target, outcome))
            .orElseGet(() -> noProcess("no QEMU with this node's uid runs on this host")));
  }

  private static Claim throttled(DiskTarget target, ThrottleOutcome outcome) {
    return switch (outcome) {
      case ThrottleOutcome.NoProcess none -> noProcess(none.message());
      case ThrottleOutcome.Unlimited _ -> noProcess("its disks are about to be throttled");
      case ThrottleOutcome.Throttled t when t.problems().isEmpty() ->
          new Claim(THROTTLED, Conditions.TRUE, "LimitsInForce", inForce(target, t));
      case ThrottleOutcome.Throttled t ->
          new Claim(
              THROTTLED,
              Conditions.FALSE,
              t.problems().getFirst().reason().name(),
              t.problems().stream().map(DiskProblem::message).collect(Collectors.joining("; ")));
    };
  }

  private static Claim noProcess(String message) {
    return new Claim(THROTTLED, Conditions.FALSE, "NoProcess", message);
  }

  private static String inForce(DiskTarget target, ThrottleOutcome.Throttled throttled) {
    return throttled.inForce().size()
        + " devices are held to what its disks are due"
        + target.disks().stream()
            .filter(disk -> disk.roundingError().compareTo(NOTABLE) > 0)
            .map(DiskReport::rounding)
            .collect(Collectors.joining());
  }

  private static String rounding(DiskDue disk) {
    return String.format(
        Locale.ROOT,
        "; disk %s is off by up to %.1f %%, since a kernel takes whole numbers per second",
        disk.name(),
        disk.roundingError().toDouble() * 100);
  }

  /**
   * A guest whose disks are known to be other than they are due is not what it is meant to be;
   * empty where nothing is known against them.
   */
  static Optional<Judgement> judge(NodeView view) {
    return view.disks()
        .filter(ThrottleOutcome.Throttled.class::isInstance)
        .map(ThrottleOutcome.Throttled.class::cast)
        .flatMap(DiskReport::judge);
  }

  private static Optional<Judgement> judge(ThrottleOutcome.Throttled throttled) {
    if (!throttled.problems().isEmpty()) {
      return Optional.of(
          new Judgement(
              Cause.DiskNotThrottled,
              1,
              throttled.problems().stream()
                  .map(DiskProblem::message)
                  .collect(Collectors.joining("; "))));
    }
    return throttled.drift()
        ? Optional.of(
            new Judgement(
                Cause.DiskLimitChanged,
                1,
                "somebody else had changed the limits of its disks; they were put right"))
        : Optional.empty();
  }

  static List<DiskStatus> disks(NodeView view, Instant now) {
    DiskTarget target = view.target().map(NodeTarget::disks).orElse(DiskTarget.NONE);
    Optional<ThrottleOutcome.Throttled> throttled =
        view.disks()
            .filter(ThrottleOutcome.Throttled.class::isInstance)
            .map(ThrottleOutcome.Throttled.class::cast);
    return target.disks().stream().map(disk -> disk(disk, throttled, now)).toList();
  }

  private static DiskStatus disk(
      DiskDue disk, Optional<ThrottleOutcome.Throttled> throttled, Instant now) {
    Optional<DeviceNumber> device =
        throttled
            .map(t -> t.backings().get(disk.name()))
            .filter(DiskBacking.OnDevice.class::isInstance)
            .map(backing -> ((DiskBacking.OnDevice) backing).device());
    return new DiskStatus(
        disk.name(),
        device.map(DeviceNumber::toString).orElse(null),
        rates(disk.throttle(), disk.floor()),
        rates(
            device.map(d -> throttled.get().inForce().get(d)).orElse(DiskThrottle.NONE),
            throttled.map(t -> t.delays().get(disk.name())).orElse(LatencyFloor.NONE)),
        device
            .map(d -> throttled.get().delivered().get(d))
            .map(counters -> delivered(counters, now))
            .orElse(DiskStatus.Delivered.NONE));
  }

  private static DiskStatus.Rates rates(DiskThrottle throttle, LatencyFloor floor) {
    return new DiskStatus.Rates(
        limit(throttle, DiskRate.READ_BYTES),
        limit(throttle, DiskRate.WRITE_BYTES),
        limit(throttle, DiskRate.READ_OPERATIONS),
        limit(throttle, DiskRate.WRITE_OPERATIONS),
        floor.read().isZero() ? null : floor.read().toNanos() / 1000,
        floor.write().isZero() ? null : floor.write().toNanos() / 1000);
  }

  private static Long limit(DiskThrottle throttle, DiskRate rate) {
    var limit = throttle.limit(rate);
    return limit.isPresent() ? limit.getAsLong() : null;
  }

  private static DiskStatus.Delivered delivered(DiskCounters counters, Instant now) {
    return new DiskStatus.Delivered(
        counters.readBytes(),
        counters.writtenBytes(),
        counters.reads(),
        counters.writes(),
        now.truncatedTo(ChronoUnit.MILLIS).toString());
  }

  /** Whether two lists differ by what was counted and when, at most. */
  static boolean sameButCounters(List<DiskStatus> a, List<DiskStatus> b) {
    return withoutCounters(a).equals(withoutCounters(b));
  }

  private static List<DiskStatus> withoutCounters(List<DiskStatus> disks) {
    return disks.stream()
        .map(d -> new DiskStatus(d.name(), d.device(), d.due(), d.applied(), null))
        .toList();
  }
}
