package dev.diecast.daemon.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.DilationHostStatus;
import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.daemon.cgroup.CgroupVersion;
import dev.diecast.daemon.cpu.CpuCorrection;
import dev.diecast.daemon.overload.HostOverload;
import dev.diecast.daemon.status.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostFactsTest {
  private static final Instant NOW = Instant.parse("2026-11-22T01:00:00Z");
  private static final HostSettings SETTINGS =
      new HostSettings(
          new DilationHostStatus.Overhead(new Quantity("20m"), new Quantity("128Mi")),
          Optional.empty(),
          CpuCorrection.NONE);

  private static HostFacts facts(Optional<TscRate> tsc, long diskBytes) {
    return facts(tsc, diskBytes, 900_000_000);
  }

  private static HostFacts facts(Optional<TscRate> tsc, long diskBytes, long coreSpeed) {
    return new HostFacts(
        2,
        1L << 30,
        diskBytes,
        tsc,
        "tsc",
        true,
        coreSpeed,
        Optional.of(CgroupVersion.V1),
        true,
        true,
        false,
        true,
        false,
        Optional.of("no module"),
        Optional.of("this kernel has no netem (module sch_netem): load it"));
  }

  @Test
  void aHostThatHasTheModuleAloneIsReady() {
    HostFacts noTsc = facts(Optional.empty(), 1L << 30);
    HostFacts module =
        new HostFacts(
            noTsc.cpus(),
            noTsc.memoryBytes(),
            noTsc.diskBytes(),
            noTsc.tsc(),
            noTsc.clocksource(),
            noTsc.steadyTsc(),
            noTsc.coreIterationsPerSecond(),
            noTsc.cgroup(),
            noTsc.cgroupWritable(),
            true,
            noTsc.netem(),
            noTsc.htb(),
            true,
            Optional.empty(),
            noTsc.kernelPipesObstacle());
    DilationHostStatus status =
        HostStatus.of(module, SETTINGS, HostOverload.IDLE, Optional.empty(), 1L, false, NOW);
    assertThat(ready(status)).isEqualTo("FactsKnown");
    assertThat(status.drivers().getLast().available()).isTrue();
    assertThat(status.drivers().getFirst().available()).isFalse();
  }

  private static TscRate rate(long kilohertz, TscRate.Source source) {
    return new TscRate(kilohertz, source);
  }

  @Test
  void prefersKvmUnlessItDisagreesWithTheCount() {
    OptionalLong kvm = OptionalLong.of(2_596_122);
    assertThat(TscRate.choose(kvm, OptionalLong.of(2_596_300), OptionalLong.empty()))
        .contains(rate(2_596_122, TscRate.Source.KVM));
    assertThat(TscRate.choose(kvm, OptionalLong.of(2_596_400), OptionalLong.empty()))
        .contains(rate(2_596_400, TscRate.Source.Calibrated));
    assertThat(TscRate.choose(kvm, OptionalLong.empty(), OptionalLong.of(1)))
        .contains(rate(2_596_122, TscRate.Source.KVM));
    assertThat(TscRate.choose(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(7)))
        .contains(rate(7, TscRate.Source.Kernel));
    assertThat(TscRate.choose(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty()))
        .isEmpty();
  }

  @Test
  void readsTheRefinedRateOfTheBootLog() {
    String log =
        "[    0.000057] tsc: Detected 2596.122 MHz processor\n"
            + "[    1.3] tsc: Refined TSC clocksource calibration: 2596.104 MHz\n";
    assertThat(TscProbe.fromKernelLog(log)).hasValue(2_596_104);
    assertThat(TscProbe.fromKernelLog("nothing of the kind")).isEmpty();
  }

  @Test
  void aRecountOfTheSameTscChangesNothing() {
    DilationHostStatus before =
        HostStatus.of(
            facts(Optional.of(rate(2_500_000, TscRate.Source.Calibrated)), 9L << 30),
            SETTINGS,
            HostOverload.IDLE,
            Optional.empty(),
            1L,
            false,
            NOW);
    DilationHostStatus recounted =
        HostStatus.of(
            facts(
                Optional.of(rate(2_500_002, TscRate.Source.Calibrated)),
                (9L << 30) + 5,
                1_000_000_000),
            SETTINGS,
            HostOverload.IDLE,
            Optional.of(before),
            1L,
            false,
            NOW.plusSeconds(60));
    assertThat(recounted).isEqualTo(before);
    DilationHostStatus changed =
        HostStatus.of(
            facts(Optional.of(rate(2_501_000, TscRate.Source.Calibrated)), 9L << 30, 1_200_000_000),
            SETTINGS,
            HostOverload.IDLE,
            Optional.of(before),
            1L,
            false,
            NOW);
    assertThat(changed.tsc().kilohertz()).isEqualTo(2_501_000);
    assertThat(changed.coreIterationsPerSecond()).isEqualTo(1_200_000_000);
  }

  @Test
  void diskSpaceThatOurOwnVmsHaveTakenIsNotTakenTwice() {
    DilationHostStatus before =
        HostStatus.of(
            facts(Optional.empty(), 9L << 30),
            SETTINGS,
            HostOverload.IDLE,
            Optional.empty(),
            1L,
            false,
            NOW);
    HostFacts fuller = facts(Optional.empty(), 4L << 30);
    assertThat(
            HostStatus.of(fuller, SETTINGS, HostOverload.IDLE, Optional.of(before), 1L, true, NOW)
                .capacity()
                .diskSpace())
        .isEqualTo(new Quantity("9Gi"));
    assertThat(
            HostStatus.of(fuller, SETTINGS, HostOverload.IDLE, Optional.of(before), 1L, false, NOW)
                .capacity()
                .diskSpace())
        .isEqualTo(new Quantity("4Gi"));
  }

  private static String ready(DilationHostStatus status) {
    return Conditions.find(status.conditions(), "Ready").orElseThrow().getReason();
  }

  private static String overloaded(DilationHostStatus status) {
    Condition condition = Conditions.find(status.conditions(), "Overloaded").orElseThrow();
    return condition.getStatus() + " " + condition.getReason();
  }

  private static DilationHostStatus loaded(HostOverload overload) {
    return HostStatus.of(
        facts(Optional.empty(), 0), SETTINGS, overload, Optional.empty(), 1L, true, NOW);
  }

  @Test
  void saysWhatKeepsTheHostFromGivingWhatIsDue() {
    HostCpu fits = new HostCpu(1_000_000_000, 2, 500_000_000, 250_000_000, 0, 1_900_000_000, -1);
    HostCpu packed =
        new HostCpu(
            1_000_000_000, 2, 500_000_000, 250_000_000, 1_000_000, 2_100_000_000, 30_000_000);
    assertThat(overloaded(loaded(HostOverload.IDLE))).isEqualTo("False WithinCapacity");
    assertThat(overloaded(loaded(new HostOverload(3, fits, Map.of()))))
        .isEqualTo("False WithinCapacity");
    DilationHostStatus full = loaded(new HostOverload(3, packed, Map.of()));
    assertThat(overloaded(full)).as("nobody suffers yet").isEqualTo("True HostOverpacked");
    assertThat(full.load().vms()).isEqualTo(3);
    assertThat(full.load().promisedMillicores()).isEqualTo(2_100);
    assertThat(full.load().ownMillicores()).isEqualTo(500);
    assertThat(full.load().otherMillicores()).isEqualTo(250);
    assertThat(full.load().stolenMillicores()).isEqualTo(1);
    assertThat(full.load().pressurePercent()).isEqualTo(3);
    DilationHostStatus hog = loaded(new HostOverload(3, fits, Map.of(Cause.CpuContention, 2)));
    assertThat(overloaded(hog)).isEqualTo("True CpuContention");
    assertThat(Conditions.find(hog.conditions(), "Overloaded").orElseThrow().getMessage())
        .contains("2 of 3 VMs");
    assertThat(hog.load().pressurePercent()).as("without PSI").isNull();
  }

  @Test
  void saysWhyAHostIsNotReady() {
    DilationHostStatus noTsc =
        HostStatus.of(
            facts(Optional.empty(), 0),
            SETTINGS,
            HostOverload.IDLE,
            Optional.empty(),
            1L,
            false,
            NOW);
    assertThat(ready(noTsc)).isEqualTo("NoDriver");
    assertThat(noTsc.drivers().getFirst().available()).isFalse();
    assertThat(noTsc.drivers().getFirst().reason()).contains("time stamp counter");
    HostFacts hpet =
        new HostFacts(
            2,
            1,
            1,
            Optional.of(rate(1, TscRate.Source.KVM)),
            "hpet",
            true,
            900_000_000,
            Optional.empty(),
            false,
            true,
            true,
            true,
            false,
            Optional.of("no module"),
            Optional.empty());
    assertThat(hpet.guestKernelObstacle()).hasValueSatisfying(o -> assertThat(o).contains("hpet"));
    assertThat(
            ready(
                HostStatus.of(hpet, SETTINGS, HostOverload.IDLE, Optional.empty(), 1L, false, NOW)))
        .isEqualTo("NotPrivileged");
  }

  @Test
  void countsProcessors() {
    assertThat(HostProbe.countProcessors("0-1\n")).isEqualTo(2);
    assertThat(HostProbe.countProcessors("0-3,8,10-11")).isEqualTo(7);
  }

  @Test
  void saysWhetherTheKernelCanMakePipesAndWhatIsMissing() {
    DilationHostStatus without =
        HostStatus.of(
            facts(Optional.of(rate(1, TscRate.Source.KVM)), 1),
            SETTINGS,
            HostOverload.IDLE,
            Optional.empty(),
            1L,
            false,
            NOW);
    assertThat(without.features().kernelPipes())
        .isEqualTo(
            new DilationHostStatus.KernelPipes(
                false, "this kernel has no netem (module sch_netem): load it"));
  }

  @Test
  void findsFeaturesWhereverAKernelTells(@TempDir Path root) throws Exception {
    Path proc = Files.createDirectories(root.resolve("proc"));
    Path modules = Files.createDirectories(root.resolve("modules"));
    KernelFeatures kernel = new KernelFeatures(proc, modules);
    assertThat(kernel.has("sch_netem", "CONFIG_NET_SCH_NETEM", "netem_enqueue")).isFalse();

    Files.writeString(
        proc.resolve("kallsyms"), "0000 t htb_enqueue\t[sch_htb]\n0000 t xnetem_enqueue\n");
    assertThat(kernel.has("sch_htb", "CONFIG_NET_SCH_HTB", "htb_enqueue")).isTrue();
    assertThat(kernel.has("sch_netem", "CONFIG_NET_SCH_NETEM", "netem_enqueue")).isFalse();

    Files.writeString(
        modules.resolve("modules.dep"),
        "kernel/net/sched/sch_tbf.ko.xz: kernel/net/sched/sch_netem.ko.xz\n");
    assertThat(kernel.has("sch_netem", "CONFIG_NET_SCH_NETEM", "netem_enqueue")).isFalse();
    Files.writeString(modules.resolve("modules.dep"), "kernel/net/sched/sch_netem.ko.xz:\n");
    assertThat(kernel.has("sch_netem", "CONFIG_NET_SCH_NETEM", "netem_enqueue")).isTrue();

    Files.writeString(proc.resolve("modules"), "diecast_kvm 16384 0 - Live 0x0\n");
    assertThat(kernel.isLoaded("diecast_kvm")).isTrue();
    assertThat(kernel.isLoaded("diecast")).isFalse();
  }
}
