package dev.diecast.daemon.node;

import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.core.Rational;
import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.CpuDelivery;
import dev.diecast.core.fidelity.Fidelity;
import dev.diecast.core.fidelity.Finding;
import dev.diecast.core.fidelity.Judgement;
import dev.diecast.core.fidelity.Overload;
import dev.diecast.core.time.ClockEstimate;
import dev.diecast.daemon.cgroup.CapOutcome;
import dev.diecast.daemon.clock.ClockState;
import dev.diecast.daemon.cpu.CpuReading;
import dev.diecast.daemon.network.model.NetworkOutcome;
import dev.diecast.daemon.status.Conditions;
import dev.diecast.daemon.status.Conditions.Claim;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** The daemon's part of a DilatedNode's status, from what it knows. Pure. */
final class NodeStatus {
  static final String CAPPED = "Capped";
  static final String NETWORKED = "Networked";
  static final String DILATED = "Dilated";
  static final String FAITHFUL = "Faithful";

  private NodeStatus() {}

  /**
   * @param clockTolerancePpm where the node's model says none
   * @param before the conditions that are published
   */
  static DilatedNodeStatus of(
      NodeView view, long clockTolerancePpm, List<Condition> before, Instant now) {
    Claim capped = capped(view);
    Claim dilated = dilated(view, view.tolerances(clockTolerancePpm).clockPpm());
    List<Claim> claims = new ArrayList<>(List.of(capped, dilated));
    Optional<Claim> throttled = DiskReport.throttled(view);
    throttled.ifPresent(claims::add);
    view.network().map(NodeStatus::networked).ifPresent(claims::add);
    claims.add(faithful(view, capped, dilated));
    return new DilatedNodeStatus(
        null,
        capped.isTrue() && DilationReport.isInEffect(view) ? view.generation() : null,
        DilationReport.status(view),
        cpu(view),
        clock(view.clock()),
        FidelityStatus.of(view.fidelity().history(), delivered(view), now),
        DiskReport.disks(view, now),
        Conditions.dated(claims, before, view.generation(), now));
  }

  private static Claim capped(NodeView view) {
    if (view.invalid().isPresent()) {
      return new Claim(CAPPED, Conditions.FALSE, "CapBelowMinimum", view.invalid().get());
    }
    return view.cap()
        .map(outcome -> capped(view, outcome))
        .orElseGet(
            () ->
                new Claim(
                    CAPPED,
                    Conditions.FALSE,
                    "NoProcess",
                    "no QEMU with this node's uid as its -uuid runs on this host"));
  }

  private static Claim capped(NodeView view, CapOutcome outcome) {
    return switch (outcome) {
      case CapOutcome.Capped capped ->
          new Claim(
              CAPPED,
              Conditions.TRUE,
              "CapInForce",
              "%s use %d us of CPU in every %d us%s"
                  .formatted(
                      capped.vcpus().size() == 1
                          ? "1 vCPU may"
                          : capped.vcpus().size() + " vCPUs may each",
                      capped.cap().quotaMicros(),
                      capped.cap().periodMicros(),
                      correction(view, capped)
                          .filter(micros -> micros > 0)
                          .map(
                              micros ->
                                  ", %d us of them for work lost to cold caches".formatted(micros))
                          .orElse("")));
      case CapOutcome.NoProcess none ->
          new Claim(CAPPED, Conditions.FALSE, "NoProcess", none.message());
      case CapOutcome.Refused refused ->
          new Claim(CAPPED, Conditions.FALSE, refused.obstacle().name(), refused.message());
    };
  }

  private static Claim networked(NetworkOutcome outcome) {
    return switch (outcome) {
      case NetworkOutcome.Attached attached ->
          new Claim(
              NETWORKED,
              Conditions.TRUE,
              "Attached",
              "its frames go through the pipes of PipeGraph %s (engine %s)"
                  .formatted(attached.graph(), attached.engine()));
      case NetworkOutcome.Refused refused ->
          new Claim(NETWORKED, Conditions.FALSE, refused.obstacle().name(), refused.message());
    };
  }

  private static Claim dilated(NodeView view, long tolerancePpm) {
    return DilationReport.obstacle(view).orElseGet(() -> byTheClock(view, tolerancePpm));
  }

  private static Claim byTheClock(NodeView view, long tolerancePpm) {
    if (view.clock().isEmpty()) {
      return new Claim(
          DILATED, Conditions.UNKNOWN, "AgentUnreachable", "there is no guest to ask the time");
    }
    ClockState clock = view.clock().get();
    if (clock.unreachable().isPresent()) {
      return new Claim(
          DILATED,
          Conditions.UNKNOWN,
          "AgentUnreachable",
          "guest agent: " + clock.unreachable().get());
    }
    Finding finding = Fidelity.judgeClock(view.vm().name(), clock.fit(), tolerancePpm);
    return switch (finding.outcome()) {
      case PASS ->
          new Claim(
              DILATED,
              Conditions.TRUE,
              "RateWithinTolerance",
              finding.reason() + DilationReport.caveats(view));
      case FAIL -> new Claim(DILATED, Conditions.FALSE, "WrongRate", finding.reason());
      case UNKNOWN -> new Claim(DILATED, Conditions.UNKNOWN, "Measuring", finding.reason());
    };
  }

  private static Claim faithful(NodeView view, Claim capped, Claim dilated) {
    Optional<Judgement> bad = view.fidelity().bad();
    if (bad.isPresent()) {
      return new Claim(FAITHFUL, Conditions.FALSE, bad.get().cause().name(), bad.get().message());
    }
    Optional<String> notNetworked = NodeEvidence.notNetworked(view);
    if (notNetworked.isPresent()) {
      return new Claim(FAITHFUL, Conditions.FALSE, Cause.NotNetworked.name(), notNetworked.get());
    }
    if (!capped.isTrue() || !dilated.isTrue()) {
      Claim missing = capped.isTrue() ? dilated : capped;
      return new Claim(
          FAITHFUL,
          Conditions.UNKNOWN,
          "Measuring",
          "not " + missing.type() + " yet: " + missing.message());
    }
    return recent(view).values().stream()
        .reduce(CpuDelivery::plus)
        .map(
            sum ->
                new Claim(
                    FAITHFUL, Conditions.TRUE, "Delivered", Overload.describe("its vCPUs", sum)))
        .orElseGet(
            () ->
                new Claim(
                    FAITHFUL,
                    Conditions.UNKNOWN,
                    "Measuring",
                    "the CPU delivered is being measured"));
  }

  private static SortedMap<Integer, CpuDelivery> recent(NodeView view) {
    return view.cpu().map(CpuReading::recent).orElse(Collections.emptySortedMap());
  }

  /** Of the worst vCPU. */
  private static Optional<Integer> delivered(NodeView view) {
    return recent(view).values().stream()
        .map(delivery -> (int) Math.round(delivery.delivered() * 100))
        .max(Comparator.comparingInt(percent -> Math.abs(percent - 100)));
  }

  /** What the cap in force is above the one that T asks for. */
  private static Optional<Long> correction(NodeView view, CapOutcome.Capped capped) {
    return view.target().map(t -> capped.cap().quotaMicros() - t.cap().quotaMicros());
  }

  private static DilatedNodeStatus.Cpu cpu(NodeView view) {
    Long due =
        view.target().map(t -> t.due().times(Rational.of(1_000_000)).roundToLong()).orElse(null);
    Optional<CapOutcome.Capped> capped =
        view.cap().filter(CapOutcome.Capped.class::isInstance).map(CapOutcome.Capped.class::cast);
    Optional<CpuReading> cpu = view.cpu().filter(_ -> capped.isPresent());
    return new DilatedNodeStatus.Cpu(
        due,
        capped.map(c -> c.cap().quotaMicros()).orElse(null),
        capped.map(c -> c.cap().periodMicros()).orElse(null),
        capped.flatMap(c -> correction(view, c)).orElse(null),
        cpu.map(c -> c.usageNanos() / 1000).orElse(null),
        cpu.map(c -> c.throttling().nanos() / 1000).orElse(null),
        cpu.map(c -> c.runDelayNanos() / 1000).orElse(null),
        cpu.map(c -> millis(c.measuredAt())).orElse(null));
  }

  /**
   * Never null, since Kubernetes 1.20 makes an object that its manager no longer sends a null, and
   * then refuses it. Without an estimate it says so by zero samples.
   */
  private static DilatedNodeStatus.Clock clock(Optional<ClockState> state) {
    Optional<ClockEstimate> estimate = state.flatMap(s -> s.fit().toEstimate());
    String measuredAt = state.flatMap(ClockState::lastReading).map(NodeStatus::millis).orElse(null);
    return estimate
        .map(
            e ->
                new DilatedNodeStatus.Clock(
                    e.ratePpb(),
                    e.rateErrorPpb(),
                    e.offsetNanos() / 1000,
                    e.offsetErrorNanos() / 1000 + 1,
                    e.samples(),
                    e.windowNanos() / 1_000_000,
                    measuredAt))
        .orElseGet(() -> new DilatedNodeStatus.Clock(null, null, null, null, 0, null, measuredAt));
  }

  private static String millis(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
