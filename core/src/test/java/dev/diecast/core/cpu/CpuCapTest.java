package dev.diecast.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.Seeded;
import dev.diecast.core.frame.Frames;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CpuCapTest {

  @Test
  void compensationIsAddedUpToTheWholePeriod() {
    CpuCap tenth = CpuCap.of(1, Rational.ONE, DilationFactor.of(10));
    assertThat(tenth.compensatedFor(800)).isEqualTo(new CpuCap(10_800, 100_000));
    assertThat(tenth.compensatedFor(0)).isEqualTo(tenth);
    assertThat(tenth.compensatedFor(99_999).quotaMicros()).isEqualTo(100_000);
    CpuCap whole = CpuCap.of(1, Rational.ONE, DilationFactor.NONE);
    assertThat(whole.compensatedFor(800)).as("a whole core is never stopped").isEqualTo(whole);
    assertThatThrownBy(() -> tenth.compensatedFor(-1)).hasMessageContaining("-1 us");
  }

  private static final DilationFactor TEN = DilationFactor.of(10);

  @Test
  void isTheShareOfAPeriod() {
    assertThat(CpuCap.of(1, Rational.ONE, TEN)).isEqualTo(new CpuCap(10_000, 100_000));
    assertThat(CpuCap.of(2, Rational.ONE, TEN)).isEqualTo(new CpuCap(20_000, 100_000));
    assertThat(CpuCap.of(4, Rational.ONE, DilationFactor.NONE))
        .isEqualTo(new CpuCap(400_000, 100_000));
  }

  @Test
  void stopsAGuestForTheSameGuestTimeAtEveryFactor() {
    for (int factor : new int[] {2, 3, 5, 10, 20, 50, 100}) {
      DilationFactor t = DilationFactor.of(factor);
      Duration hole = CpuCap.of(1, Rational.ONE, t).longestHole(1, t);
      assertThat(hole)
          .as("T = %d", factor)
          .isBetween(CpuCap.TOLERABLE_HOLE.minusMillis(1), CpuCap.TOLERABLE_HOLE.plusMillis(1));
    }
  }

  @Test
  void letsASlowCoreRunForLongEnoughToDoWork() {
    CpuCap cap = CpuCap.of(1, Rational.parse("3/5"), TEN);
    assertThat(cap.quotaMicros()).isBetween(9_990L, 10_000L);
    assertThat(cap.longestHole(1, TEN)).isBetween(Duration.ofMillis(15), Duration.ofMillis(16));
  }

  /** A kernel that counts its timer's ticks at boot must be late by the same at both ends. */
  @Test
  void goesWholeIntoTheTimeInWhichAGuestCalibratesItsTimer() {
    Seeded.forAll(
        3000,
        random -> {
          DilationFactor factor = Seeded.factor(random);
          Rational speed = factor.value().times(Rational.of(5 + random.nextInt(900), 1000));
          CpuCap cap = CpuCap.of(1, speed, factor);
          double calibration = Frames.hostDuration(CpuCap.CALIBRATION, factor).toNanos() / 1e3;
          double periods = calibration / cap.periodMicros();
          assertThat(periods).isGreaterThanOrEqualTo(1 - 1e-3);
          // As near as a search for an exact quota lets it be.
          assertThat(periods)
              .isCloseTo(Math.rint(periods), within(periods * 66 / cap.periodMicros()));
        });
    assertThat(CpuCap.of(1, Rational.parse("3/20"), DilationFactor.NONE))
        .as("a slow machine, undilated")
        .isEqualTo(new CpuCap(15_000, 100_000));
    assertThat(CpuCap.of(1, Rational.parse("3/20"), DilationFactor.of(5)))
        .as("the same at T = 5")
        .isEqualTo(new CpuCap(15_000, 500_000));
    assertThat(CpuCap.of(1, Rational.parse("3/100"), DilationFactor.NONE))
        .as("one that would rather run for longer at a stretch")
        .isEqualTo(new CpuCap(3_000, 100_000));
  }

  @Test
  void shortensThePeriodByMicrosecondsWhereThatIsExact() {
    CpuCap cap = CpuCap.of(1, Rational.ONE, DilationFactor.of(30));
    assertThat(cap.cores()).isEqualTo(Rational.of(1, 30));
  }

  @Test
  void usesTheLongestPeriodForASmallShare() {
    assertThat(CpuCap.of(1, Rational.ONE, DilationFactor.of(1000)))
        .isEqualTo(new CpuCap(1000, 1_000_000));
    assertThat(CpuCap.of(1, Rational.parse("1/2"), DilationFactor.of(100)))
        .isEqualTo(new CpuCap(5000, 1_000_000));
  }

  @Test
  void refusesAShareThatNoKernelEnforces() {
    assertThatThrownBy(() -> CpuCap.of(1, Rational.parse("1/2"), DilationFactor.of(1000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 vCPUs of relative speed 0.5 at T = 1000 are 0.0005 host cores")
        .hasMessageContaining("choose T at most 500, or raise the relative speed");
    assertThatThrownBy(() -> CpuCap.of(1, Rational.parse("1/2000"), DilationFactor.NONE))
        .hasMessageEndingWith(": raise the relative speed");
    assertThat(CpuCap.of(1, Rational.parse("1/2"), DilationFactor.of(500)).quotaMicros())
        .isEqualTo(1000);
  }

  @Test
  void refusesMoreThanACorePerVcpu() {
    assertThatThrownBy(() -> CpuCap.of(2, Rational.of(3), DilationFactor.of(2)))
        .hasMessageContaining("raise T to at least 3");
  }

  @Test
  void isWithinATenthOfAPerCentAndWithinTheKernelsLimits() {
    Seeded.forAll(
        5000,
        random -> {
          DilationFactor factor = Seeded.factor(random);
          Rational speed = factor.value().times(Rational.of(1 + random.nextInt(500), 500));
          int cpus = 1 + random.nextInt(32);
          Rational cores = Frames.hostCpu(cpus, speed, factor);
          CpuCap cap = CpuCap.of(cpus, speed, factor);
          Rational error = cap.cores().dividedBy(cores).minus(Rational.ONE).abs();
          assertThat(error).isLessThan(Rational.of(1, 1000));
          assertThat(cap.quotaMicros()).isGreaterThanOrEqualTo(1000);
          assertThat(cap.periodMicros()).isBetween(1_000L, 1_000_000L);
          // Above what is due by no more than half a microsecond a period.
          assertThat(cap.cores().minus(cores).times(cap.periodMicros()))
              .isLessThanOrEqualTo(Rational.of(1, 2));
        });
  }

  @Test
  void everyShareDownToTheLeastIsEnforceable() {
    Seeded.forAll(
        3000,
        random -> {
          Rational speed = Rational.of(1 + random.nextInt(100_000), 100_000);
          DilationFactor factor = Seeded.factor(random);
          boolean enforceable =
              speed.dividedBy(factor.value()).compareTo(Rational.of(1, 1000)) >= 0;
          if (enforceable) {
            assertThat(CpuCap.of(1, speed, factor).quotaMicros()).isGreaterThanOrEqualTo(1000);
          } else {
            assertThatThrownBy(() -> CpuCap.of(1, speed, factor))
                .isInstanceOf(IllegalArgumentException.class);
          }
        });
  }

  @Test
  void theLongestHoleIsInGuestTime() {
    // 100 ms at T = 10 with a tenth of a core: 90 ms on the host, 9 ms in the guest.
    assertThat(new CpuCap(10_000, 100_000).longestHole(1, TEN)).isEqualTo(Duration.ofMillis(9));
    assertThat(new CpuCap(40_000, 100_000).longestHole(4, TEN)).isEqualTo(Duration.ofMillis(9));
    assertThat(new CpuCap(400_000, 100_000).longestHole(4, DilationFactor.NONE))
        .isEqualTo(Duration.ZERO);
  }

  @Test
  void refusesWhatTheKernelRefuses() {
    assertThatThrownBy(() -> new CpuCap(999, 100_000)).hasMessageContaining("at least 1000 us");
    assertThatThrownBy(() -> new CpuCap(1000, 999)).hasMessageContaining("1000 to 1000000 us");
    assertThatThrownBy(() -> new CpuCap(1000, 1_000_001)).hasMessageContaining("1000 to 1000000");
  }
}
