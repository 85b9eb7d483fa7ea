package dev.diecast.core.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.cpu.CpuCap;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OverloadTest {
  private static final long SECOND = 1_000_000_000;

  /** Two CPUs for three seconds; values in CPUs. */
  private static HostCpu host(double own, double others, double stolen, double promised) {
    double window = 3 * SECOND;
    return new HostCpu(
        3 * SECOND,
        2,
        (long) (own * window),
        (long) (others * window),
        (long) (stolen * window),
        (long) (promised * window),
        -1);
  }

  private static final HostCpu CALM = host(0.5, 0.2, 0.01, 1.8);

  private static final CpuCap HALF = new CpuCap(10_000, 20_000);

  /** A vCPU with a cap of half a core, always runnable, that got a part of it. */
  private static CpuDelivery got(double part) {
    long usage = (long) (part * 1.5 * SECOND);
    return CpuDelivery.of(3 * SECOND, usage, 3 * SECOND - usage, 0, HALF);
  }

  private static Evidence evidence(HostCpu host, CpuDelivery... recent) {
    TreeMap<Integer, CpuDelivery> vcpus = new TreeMap<>();
    for (CpuDelivery vcpu : recent) {
      vcpus.put(vcpus.size(), vcpu);
    }
    return new Evidence(
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        vcpus,
        vcpus,
        host,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Optional<Cause> cause(Evidence evidence) {
    return Overload.judge(evidence, Tolerances.DEFAULT).map(Judgement::cause);
  }

  private static Evidence networked(Optional<String> missing, PipeUse pipes) {
    Evidence calm = evidence(CALM, got(1));
    return new Evidence(
        missing.map(text -> Map.of(Cause.NotNetworked, text)).orElse(Map.of()),
        Optional.empty(),
        Optional.empty(),
        calm.drift(),
        calm.sinceLast(),
        calm.recent(),
        calm.host(),
        calm.limitAbove(),
        calm.diskLimits(),
        calm.disk(),
        Optional.of(pipes));
  }

  @Test
  void aNodeThatIsNotOnItsNetworkOrWhoseNetworkIsLateIsNotFaithful() {
    PipeUse punctual = new PipeUse(2_000_000_000, 1000, 0, 10, 0);
    assertThat(cause(networked(Optional.of("no port"), punctual))).contains(Cause.NotNetworked);
    assertThat(cause(networked(Optional.empty(), punctual))).isEmpty();
    PipeUse late = new PipeUse(2_000_000_000, 1000, 0, 20, 0);
    assertThat(cause(networked(Optional.empty(), late))).contains(Cause.PipesLate);
    PipeUse few = new PipeUse(2_000_000_000, 10, 0, 10, 0);
    assertThat(cause(networked(Optional.empty(), few))).as("too few to tell").isEmpty();
    PipeUse byChance = new PipeUse(2_000_000_000, 120, 0, 4, 0);
    assertThat(cause(networked(Optional.empty(), byChance)))
        .as("four of 120 may be a hundredth of very many")
        .isEmpty();
    PipeUse surely = new PipeUse(2_000_000_000, 120, 0, 5, 0);
    assertThat(cause(networked(Optional.empty(), surely))).contains(Cause.PipesLate);
    PipeUse full = new PipeUse(2_000_000_000, 1000, 0, 500, 10);
    assertThat(cause(networked(Optional.empty(), full))).contains(Cause.PipeOverload);
    PipeUse one = new PipeUse(2_000_000_000, 78, 1, 1, 0);
    assertThat(cause(networked(Optional.empty(), one)))
        .as("one of 78 may be a thousandth of very many")
        .isEmpty();
    PipeUse two = new PipeUse(2_000_000_000, 78, 1, 1, 1);
    assertThat(cause(networked(Optional.empty(), two))).contains(Cause.PipeOverload);
    assertThat(Overload.hostCause(CALM, java.util.Set.of(Cause.PipesLate)))
        .as("the host cannot give its VMs what is due")
        .contains(Cause.PipesLate);
  }

  @Test
  void nobodyIsBlamedWhereNothingIsMissing() {
    assertThat(cause(evidence(CALM, got(1), got(0.95)))).isEmpty();
    assertThat(cause(evidence(host(0.2, 1.8, 0.1, 3), got(1))))
        .as("a full host that still gives what is due")
        .isEmpty();
    assertThat(cause(evidence(HostCpu.UNKNOWN))).isEmpty();
  }

  @Test
  void whoHadTheCpuIsToBlame() {
    assertThat(cause(evidence(host(0.7, 1.3, 0, 1.8), got(1), got(0.8))))
        .as("one vCPU starved is enough")
        .contains(Cause.CpuContention);
    assertThat(cause(evidence(host(1.8, 0.2, 0, 3.9), got(0.5)))).contains(Cause.HostOverpacked);
    assertThat(cause(evidence(host(0.4, 1.6, 0, 2.1), got(0.5))))
        .as("packed a little too full, and a hog beside")
        .contains(Cause.CpuContention);
    assertThat(cause(evidence(host(0.8, 0.2, 0.9, 1.8), got(0.5)))).contains(Cause.CpuStolen);
    assertThat(cause(evidence(host(0.5, 0.01, 0, 1), got(0.5)))).contains(Cause.CpuStarved);
    assertThat(cause(evidence(HostCpu.UNKNOWN, got(0.5)))).contains(Cause.CpuStarved);
  }

  @Test
  void stolenTimeCountsThoughTheKernelCallsItUsed() {
    assertThat(cause(evidence(host(0.8, 0.1, 0.3, 1.8), got(1)))).contains(Cause.CpuStolen);
    CpuDelivery idle = CpuDelivery.of(3 * SECOND, 1_000_000, 0, 0, HALF);
    assertThat(cause(evidence(host(0.01, 0.1, 0.3, 1.8), idle)))
        .as("an idle guest lost nothing")
        .isEmpty();
  }

  @Test
  void moreThanTheCapIsAsWrongAsLess() {
    Judgement judgement =
        Overload.judge(evidence(CALM, got(1), got(1.3)), Tolerances.DEFAULT).orElseThrow();
    assertThat(judgement.cause()).isEqualTo(Cause.CpuExcess);
    assertThat(judgement.deliveredPercent()).isEqualTo(130);
    assertThat(judgement.message()).startsWith("vCPU 1 ran 1.950 s; its cap allows 1.500 s");
  }

  @Test
  void whatIsSureComesFirst() {
    TreeMap<Integer, CpuDelivery> vcpus = new TreeMap<>(Map.of(0, got(0.5)));
    Map<Cause, String> sure =
        new EnumMap<>(
            Map.of(
                Cause.ProcessStopped, "its QEMU was stopped",
                Cause.HostPaused, "nothing ran for 1.4 s",
                Cause.ClockWrong, "the clock runs 900 ppm off",
                Cause.NotCapped, "read-only",
                Cause.NotNetworked, "no port"));
    for (Cause next :
        List.of(
            Cause.ProcessStopped,
            Cause.HostPaused,
            Cause.ClockWrong,
            Cause.NotCapped,
            Cause.NotNetworked)) {
      assertThat(cause(starved(sure, Optional.of(Cause.CapChanged), vcpus))).contains(next);
      sure.remove(next);
    }
    assertThat(cause(starved(Map.of(), Optional.of(Cause.CapChanged), vcpus)))
        .contains(Cause.CapChanged);
    assertThat(cause(starved(Map.of(), Optional.empty(), vcpus))).contains(Cause.LimitAbove);
  }

  private static Evidence starved(
      Map<Cause, String> sure, Optional<Cause> drift, TreeMap<Integer, CpuDelivery> vcpus) {
    return new Evidence(
        sure,
        Optional.empty(),
        Optional.empty(),
        drift,
        vcpus,
        vcpus,
        CALM,
        true,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void aDriftTellsWhatTheGuestGotMeanwhile() {
    TreeMap<Integer, CpuDelivery> since = new TreeMap<>(Map.of(0, got(1), 1, got(1.9)));
    Judgement judgement =
        Overload.judge(
                new Evidence(
                    Map.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(Cause.CgroupMoved),
                    since,
                    new TreeMap<>(),
                    CALM,
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()),
                Tolerances.DEFAULT)
            .orElseThrow();
    assertThat(judgement.cause()).isEqualTo(Cause.CgroupMoved);
    assertThat(judgement.deliveredPercent()).isEqualTo(190);
  }

  @Test
  void aDiskThatOthersKeepBusy() {
    assertThat(disk(0.95, 8, 0.8, 1 << 16)).contains(Cause.DiskContention);
    assertThat(disk(0.5, 8, 0.8, 1 << 16)).as("there is room").isEmpty();
    assertThat(disk(0.95, 1, 0.8, 1 << 16)).as("one request at a time leaves room").isEmpty();
    assertThat(disk(0.95, 8, 0.3, 1 << 16)).as("our own VMs do it").isEmpty();
    assertThat(disk(0.95, 8, 0.8, 4096)).as("it asks for next to nothing").isEmpty();
  }

  private static Optional<Cause> disk(double busy, double queue, double others, long vmBytes) {
    long total = 1_000_000;
    DiskUse use =
        new DiskUse(
            "vda",
            2 * SECOND,
            (long) (busy * 2 * SECOND),
            (long) (queue * 2 * SECOND),
            vmBytes,
            (long) ((1 - others) * total),
            total);
    Evidence calm = evidence(CALM, got(1));
    return cause(
        new Evidence(
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            calm.sinceLast(),
            calm.recent(),
            CALM,
            false,
            Optional.empty(),
            Optional.of(use),
            Optional.empty()));
  }

  @Test
  void anOverpackedHostIsKnownBeforeAnybodySuffers() {
    assertThat(Overload.hostCause(host(0, 0, 0, 2.1), Set.of())).contains(Cause.HostOverpacked);
    assertThat(Overload.hostCause(CALM, Set.of())).isEmpty();
    assertThat(Overload.hostCause(CALM, Set.of(Cause.CpuContention, Cause.CapChanged)))
        .contains(Cause.CpuContention);
    assertThat(Overload.hostCause(CALM, Set.of(Cause.CapChanged)))
        .as("no matter of load")
        .isEmpty();
  }
}
