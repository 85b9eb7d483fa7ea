package dev.diecast.daemon.dilation;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.time.ModelClock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is put into the module's structures and read out of them. */
class KvmModuleTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.000001Z");
  private static final ModelClock CLOCK =
      new ModelClock(NOW, DilationFactor.of(10))
          .changedAt(NOW.plusSeconds(100), DilationFactor.parse("5/2"));

  private static ModuleInfo module(int features) {
    return new ModuleInfo(1, features, 1000, 1000, 1000, 0, 4096, 0, "1");
  }

  private static ModuleState state(int flags, String asked, String booted) {
    return new ModuleState(
        flags,
        DilationFactor.parse(asked),
        java.util.Optional.of(DilationFactor.parse(asked)),
        java.util.Optional.ofNullable(booted).map(DilationFactor::parse),
        1,
        1,
        1);
  }

  @Test
  void aFactorGoesInAsItsLowestTermsWithTheModelsClock() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment set = arena.allocate(ModuleAbi.SET);
      KvmModule.write(set, new ClockOperation.SetFactor(CLOCK), 7, true);
      assertThat(set.get(JAVA_INT, 0)).isEqualTo(7);
      assertThat(set.get(JAVA_INT, 4)).isZero();
      assertThat(set.get(JAVA_INT, 8)).isEqualTo(5);
      assertThat(set.get(JAVA_INT, 12)).isEqualTo(2);
      long origin = Instant.parse("2026-11-22T10:01:40.000001Z").getEpochSecond() * 1_000_000_000L;
      assertThat(set.get(JAVA_LONG, 16)).isEqualTo(origin + 1000);
      assertThat(set.get(JAVA_LONG, 24)).isEqualTo(origin + 1000 - 90_000_000_000L);

      MemorySegment without = arena.allocate(ModuleAbi.SET);
      KvmModule.write(without, new ClockOperation.SetFactor(CLOCK), 7, false);
      assertThat(without.get(JAVA_LONG, 16)).isZero();

      MemorySegment restored = arena.allocate(ModuleAbi.SET);
      KvmModule.write(restored, new ClockOperation.Restore(), 7, true);
      assertThat(restored.get(JAVA_INT, 8)).isEqualTo(1);
      assertThat(restored.get(JAVA_INT, 12)).isEqualTo(1);
      assertThat(restored.get(JAVA_LONG, 16)).isZero();
    }
  }

  @Test
  void aProcessThatWasNeverDilatedIsUndilated() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zeros = arena.allocate(ModuleAbi.STATE);
      ModuleState state = KvmModule.state(zeros);
      assertThat(state.asked()).isEqualTo(DilationFactor.NONE);
      assertThat(state.effective()).isEmpty();
      assertThat(state.booted()).isEmpty();
    }
  }

  @Test
  void whatCannotBeUsedIsToldWithTheMend() {
    ModuleInfo usable = module(ModuleAbi.FEATURE_KVMCLOCK);
    assertThat(usable.obstacle()).isEmpty();
    assertThat(module(0).obstacle()).hasValueSatisfying(o -> assertThat(o).contains("kvm-clock"));
    assertThat(new ModuleInfo(2, 1, 1000, 1000, 1000, 0, 1, 0, "2.0").obstacle())
        .hasValueSatisfying(o -> assertThat(o).contains("ABI 2", "ABI 1", "one release"));
    assertThat(new ModuleInfo(1, 1, 1000, 1000, 1000, 0, 1, 3, "1").obstacle())
        .hasValueSatisfying(o -> assertThat(o).contains("kprobes/enabled"));
    assertThat(usable.refusal(DilationFactor.parse("5/2"))).isEmpty();
    assertThat(usable.refusal(DilationFactor.parse("1001/1000")))
        .hasValueSatisfying(o -> assertThat(o).contains("1001/1000", "1000/1000"));
    assertThat(new ModuleInfo(1, 1, 1000, 1000, 100, 0, 1, 0, "1").refusal(DilationFactor.of(101)))
        .isPresent();
  }

  @Test
  void aChangeInAGuestThatRunsWaitsForItsMoment() {
    ModuleInfo module = module(ModuleAbi.FEATURE_KVMCLOCK | ModuleAbi.FEATURE_RUNTIME_CHANGE);
    Instant early = CLOCK.origin().minusSeconds(2);
    ModuleState runs = state(ModuleAbi.STATE_SEEN, "10", "10");
    assertThat(ClockPlan.compare(runs, CLOCK, module, early))
        .isEqualTo(new ClockPlan.Due.Later(Duration.ofSeconds(2)));
    assertThat(ClockPlan.compare(runs, CLOCK, module, CLOCK.origin()))
        .isEqualTo(new ClockPlan.Due.Now(new ClockOperation.SetFactor(CLOCK)));
    assertThat(ClockPlan.compare(state(0, "1", null), CLOCK, module, early))
        .as("a guest that has not begun has nothing to wait for")
        .isInstanceOf(ClockPlan.Due.Now.class);
    assertThat(ClockPlan.compare(state(1, "5/2", "10"), CLOCK, module, early))
        .isEqualTo(new ClockPlan.Due.Nothing());
    assertThat(ClockPlan.compare(runs, CLOCK, module(ModuleAbi.FEATURE_KVMCLOCK), early))
        .isEqualTo(new ClockPlan.Due.NeedsRestart());
  }

  @Test
  void whatIsNotDilatedIsTold() {
    ModuleInfo module = module(ModuleAbi.FEATURE_KVMCLOCK);
    int flags =
        ModuleAbi.STATE_SEEN
            | ModuleAbi.STATE_SECOND_VM
            | ModuleAbi.STATE_HYPERV_CLOCK_SEEN
            | ModuleAbi.STATE_LAPIC_TIMER_SEEN
            | ModuleAbi.STATE_STEAL_TIME_SEEN;
    assertThat(state(flags, "10", "5").caveats(module)).hasSize(4);
    assertThat(state(flags, "10", "10").caveats(module))
        .as("timers of a guest that has kept its T are right")
        .hasSize(3);
    assertThat(state(ModuleAbi.STATE_SEEN, "10", "5").caveats(module)).isEmpty();
  }
}
