package dev.diecast.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.DiskStatus;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.cpu.CpuCap;
import dev.diecast.core.disk.DiskRate;
import dev.diecast.core.disk.GuestDisk;
import dev.diecast.core.disk.LatencyFloor;
import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.Judgement;
import dev.diecast.core.time.ModelClock;
import dev.diecast.daemon.dilation.DilationOutcome;
import dev.diecast.daemon.disk.DeviceNumber;
import dev.diecast.daemon.disk.DiskBacking;
import dev.diecast.daemon.disk.DiskCounters;
import dev.diecast.daemon.disk.DiskProblem;
import dev.diecast.daemon.disk.DiskTarget;
import dev.diecast.daemon.disk.ThrottleOutcome;
import dev.diecast.daemon.overload.FidelityWatch;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.status.Conditions.Claim;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DiskReportTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final DilationFactor TEN = DilationFactor.of(10);
  private static final VmIdentity VM =
      new VmIdentity("0b5d7f0e-6f41-4b5c-9d0d-3f1f0d0f7a11", "default", "shop-db-0");
  private static final DeviceNumber LOOP = new DeviceNumber(7, 3);
  private static final GuestDisk DATA =
      new GuestDisk(
          "data",
          Map.of(
              DiskRate.READ_BYTES, Rational.of(1000), DiskRate.WRITE_OPERATIONS, Rational.of(25)),
          LatencyFloor.ofMicros(0, 500));

  private static NodeView view(DiskTarget disks, Optional<ThrottleOutcome> outcome) {
    NodeTarget target =
        new NodeTarget(
            VM,
            3,
            new ModelClock(NOW, TEN),
            Driver.GuestKernel,
            Rational.of(1, 10),
            Rational.of(1, 10),
            CpuCap.of(1, Rational.ONE, TEN),
            disks,
            Optional.empty());
    return new NodeView(
        VM,
        3,
        Optional.of(target),
        Optional.empty(),
        Optional.of(new DilationOutcome.ByGuestKernel(TEN)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        outcome,
        Optional.empty(),
        FidelityWatch.Verdict.NONE);
  }

  private static DiskTarget target(GuestDisk... disks) {
    return DiskTarget.of(List.of(disks), TEN);
  }

  private static ThrottleOutcome throttled(DiskProblem... problems) {
    return new ThrottleOutcome.Throttled(
        Map.of("data", new DiskBacking.OnDevice(LOOP, "/dev/loop3", true)),
        Map.of(LOOP, target(DATA).disks().getFirst().throttle()),
        Map.of("data", LatencyFloor.ofMicros(0, 5000)),
        Map.of(LOOP, new DiskCounters(1, 2, 3, 4)),
        List.of(problems),
        false);
  }

  private static Claim claim(NodeView view) {
    return DiskReport.throttled(view).orElseThrow();
  }

  @Test
  void aMachineWithoutLimitsClaimsNothing() {
    GuestDisk free = new GuestDisk("free", Map.of(), LatencyFloor.NONE);
    assertThat(DiskReport.throttled(view(target(free), Optional.empty()))).isEmpty();
    assertThat(DiskReport.disks(view(target(free), Optional.empty()), NOW))
        .extracting(DiskStatus::name)
        .containsExactly("free");
  }

  @Test
  void limitsInForceAreTrueAndRoundingIsSaid() {
    NodeView view = view(target(DATA), Optional.of(throttled()));
    Claim claim = claim(view);
    assertThat(claim.status()).isEqualTo("True");
    assertThat(claim.reason()).isEqualTo("LimitsInForce");
    assertThat(claim.message()).contains("disk data is off by up to 20.0 %");
    assertThat(DiskReport.judge(view)).isEmpty();
  }

  @Test
  void theGravestProblemIsTheReasonAndAllAreTold() {
    NodeView view =
        view(
            target(DATA),
            Optional.of(
                throttled(
                    new DiskProblem(DiskProblem.Reason.NotThrottleable, "one"),
                    new DiskProblem(DiskProblem.Reason.BufferedIo, "two"))));
    Claim claim = claim(view);
    assertThat(claim.status()).isEqualTo("False");
    assertThat(claim.reason()).isEqualTo("NotThrottleable");
    assertThat(claim.message()).isEqualTo("one; two");
    assertThat(DiskReport.judge(view))
        .contains(new Judgement(Cause.DiskNotThrottled, 1, "one; two"));
  }

  @Test
  void limitsThatSomebodyChangedAreTold() {
    ThrottleOutcome.Throttled right = (ThrottleOutcome.Throttled) throttled();
    ThrottleOutcome changed =
        new ThrottleOutcome.Throttled(
            right.backings(),
            right.inForce(),
            right.delays(),
            right.delivered(),
            right.problems(),
            true);
    assertThat(DiskReport.judge(view(target(DATA), Optional.of(changed))))
        .map(Judgement::cause)
        .contains(Cause.DiskLimitChanged);
  }

  @Test
  void aGuestThatDoesNotRunIsNotUnfaithful() {
    NodeView view = view(target(DATA), Optional.empty());
    assertThat(claim(view).reason()).isEqualTo("NoProcess");
    assertThat(DiskReport.judge(view)).isEmpty();
  }

  @Test
  void aLimitBelowTheKernelsIsAProblemOfThatDiskAlone() {
    GuestDisk slow =
        new GuestDisk("slow", Map.of(DiskRate.READ_OPERATIONS, Rational.of(5)), LatencyFloor.NONE);
    DiskTarget both = target(DATA, slow);
    assertThat(both.disks()).hasSize(1);
    assertThat(both.invalid()).singleElement().asString().contains("disk slow", "raise it to 10");
    assertThat(both.isUnlimited()).isFalse();
  }

  @Test
  void theStatusHoldsDueAppliedAndDelivered() {
    DiskStatus status =
        DiskReport.disks(view(target(DATA), Optional.of(throttled())), NOW).getFirst();
    assertThat(status)
        .isEqualTo(
            new DiskStatus(
                "data",
                "7:3",
                new DiskStatus.Rates(100L, null, null, 3L, null, 5000L),
                new DiskStatus.Rates(100L, null, null, 3L, null, 5000L),
                new DiskStatus.Delivered(1L, 2L, 3L, 4L, "2026-01-02T03:04:05.678Z")));
    DiskStatus later =
        new DiskStatus(
            "data",
            "7:3",
            status.due(),
            status.applied(),
            new DiskStatus.Delivered(9L, 9L, 9L, 9L, "2026-01-02T03:04:06Z"));
    assertThat(DiskReport.sameButCounters(List.of(status), List.of(later))).isTrue();
    assertThat(DiskReport.sameButCounters(List.of(status), List.of())).isFalse();
  }
}
