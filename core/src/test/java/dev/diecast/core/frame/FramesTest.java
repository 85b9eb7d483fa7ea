package dev.diecast.core.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.Seeded;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FramesTest {

  private static final DilationFactor TEN = DilationFactor.of(10);

  /** The table of the paper, by hand: a guest value, T, and what the host must give. */
  @ParameterizedTest
  @CsvSource({
    "CLOCK, 1, 10, 10",
    "CPU, 2, 10, 1/5",
    "NETWORK_BANDWIDTH, 100000000, 10, 10000000",
    "NETWORK_DELAY, 1/100, 10, 1/10",
    "NETWORK_LOSS, 1/100, 10, 1/100",
    "QUEUE_LENGTH, 50, 10, 50",
    "BANDWIDTH_DELAY_PRODUCT, 125000, 10, 125000",
    "DISK_THROUGHPUT, 100000000, 5/2, 40000000",
    "DISK_IOPS, 200, 5/2, 80",
    "DISK_LATENCY, 1/250, 5/2, 1/100",
    "DISK_SPACE, 536870912, 50, 536870912",
    "MEMORY, 268435456, 50, 268435456",
    "OUTSIDE_TIMEOUT, 30, 50, 1500",
    "SCHEDULE, 60, 3/2, 90"
  })
  void followsTheTable(Measure measure, String guest, String factor, String host) {
    DilationFactor t = DilationFactor.parse(factor);
    assertThat(Frames.host(measure, Rational.parse(guest), t)).isEqualTo(Rational.parse(host));
    assertThat(Frames.guest(measure, Rational.parse(host), t)).isEqualTo(Rational.parse(guest));
  }

  @ParameterizedTest
  @EnumSource
  void everyRowGoesBothWaysExactlyAndIsUnchangedAtOne(Measure measure) {
    Seeded.forAll(
        300,
        random -> {
          Rational value = Seeded.rational(random, 1_000_000_000_000L);
          DilationFactor t = Seeded.factor(random);
          assertThat(Frames.guest(measure, Frames.host(measure, value, t), t)).isEqualTo(value);
          assertThat(Frames.host(measure, Frames.guest(measure, value, t), t)).isEqualTo(value);
          assertThat(Frames.host(measure, value, DilationFactor.NONE)).isEqualTo(value);
        });
  }

  @Test
  void bandwidthTimesDelayIsTheSameInBothFrames() {
    Seeded.forAll(
        500,
        random -> {
          Rational bandwidth = Seeded.rational(random, 1_000_000_000L);
          Rational delay = Seeded.rational(random, 1_000_000L);
          DilationFactor t = Seeded.factor(random);
          Rational hostProduct =
              Frames.hostRate(bandwidth, t).times(Frames.host(Measure.NETWORK_DELAY, delay, t));
          assertThat(hostProduct)
              .isEqualTo(Frames.host(Measure.BANDWIDTH_DELAY_PRODUCT, bandwidth.times(delay), t));
        });
  }

  @Test
  void durationsStretch() {
    assertThat(Frames.hostDuration(Duration.ofMillis(10), TEN)).isEqualTo(Duration.ofMillis(100));
    assertThat(Frames.guestDuration(Duration.ofSeconds(1), DilationFactor.of(3)))
        .isEqualTo(Duration.ofNanos(333_333_333));
    assertThat(Frames.guestDuration(Duration.ofSeconds(2), DilationFactor.of(3)))
        .isEqualTo(Duration.ofNanos(666_666_667));
    assertThat(Frames.hostDuration(Duration.ofNanos(-1_500_000_001), TEN))
        .isEqualTo(Duration.ofNanos(-15_000_000_010L));
  }

  @Test
  void durationsComeBackFromTheHost() {
    Seeded.forAll(
        2000,
        random -> {
          Duration guest = duration(random);
          DilationFactor t = Seeded.factor(random);
          // A guest nanosecond is at least a host nanosecond, so rounding on the host loses
          // nothing.
          assertThat(Frames.guestDuration(Frames.hostDuration(guest, t), t)).isEqualTo(guest);
          Duration host = duration(random);
          Duration back = Frames.hostDuration(Frames.guestDuration(host, t), t);
          long halfTick = t.value().dividedBy(2).ceiling().longValueExact();
          assertThat(back.minus(host).abs()).isLessThanOrEqualTo(Duration.ofNanos(halfTick));
        });
  }

  @Test
  void durationsBeyondALongAreRefusedAndNotWrapped() {
    assertThatThrownBy(() -> Frames.hostDuration(Duration.ofSeconds(Long.MAX_VALUE), TEN))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void ratesShrink() {
    assertThat(Frames.hostRate(Rational.of(1_000_000_000), DilationFactor.parse("2.5")))
        .isEqualTo(Rational.of(400_000_000));
    assertThat(Frames.guestRate(Rational.of(400_000_000), DilationFactor.parse("2.5")))
        .isEqualTo(Rational.of(1_000_000_000));
  }

  @Test
  void cpuIsTheShareOfAllVcpus() {
    assertThat(Frames.hostCpu(2, Rational.parse("0.6"), TEN)).isEqualTo(Rational.of(3, 25));
    assertThat(Frames.hostCpu(4, TEN.value(), TEN)).isEqualTo(Rational.of(4));
    Seeded.forAll(
        500,
        random -> {
          DilationFactor t = Seeded.factor(random);
          Rational speed = t.value().times(Rational.of(1 + random.nextInt(1000), 1000));
          int cpus = 1 + random.nextInt(256);
          Rational cores = Frames.hostCpu(cpus, speed, t);
          assertThat(cores).isLessThanOrEqualTo(Rational.of(cpus));
          assertThat(Frames.guestSpeed(cores, cpus, t)).isEqualTo(speed);
        });
  }

  @Test
  void refusesAVcpuFasterThanAHostCore() {
    assertThatThrownBy(() -> Frames.hostCpu(1, Rational.parse("2.6"), DilationFactor.parse("5/2")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a vCPU of relative speed 2.6 is more than a host core at T = 2.5:"
                + " raise T to at least 2.6 or lower the relative speed to at most 2.5");
  }

  @Test
  void refusesMachinesThatAreNone() {
    assertThatThrownBy(() -> Frames.hostCpu(0, Rational.ONE, TEN))
        .hasMessageContaining("0 cpus: write a whole number from 1");
    assertThatThrownBy(() -> Frames.hostCpu(1, Rational.ZERO, TEN))
        .hasMessageContaining("write a number above 0");
    assertThatThrownBy(() -> Frames.guestSpeed(Rational.ONE, -1, TEN))
        .hasMessageContaining("write a whole number from 1");
  }

  @Test
  void theTscIsDeclaredFaster() {
    assertThat(Frames.assumedTscKilohertz(2_445_406, TEN)).isEqualTo(24_454_060);
    assertThat(Frames.assumedTscKilohertz(2_445_407, DilationFactor.parse("5/2")))
        .isEqualTo(6_113_518);
    assertThat(Frames.dilationOfTsc(24_454_060, 2_445_406)).isEqualTo(Rational.of(10));
  }

  @Test
  void theTscsRoundingIsBelowOnePartPerMillion() {
    Seeded.forAll(
        1000,
        random -> {
          long hostTsc = 1_000_000 + random.nextInt(3_000_000);
          DilationFactor t = Seeded.factor(random);
          Rational real = Frames.dilationOfTsc(Frames.assumedTscKilohertz(hostTsc, t), hostTsc);
          Rational error = real.dividedBy(t.value()).minus(Rational.ONE).abs();
          assertThat(error).isLessThanOrEqualTo(Rational.of(1, 2_000_000));
        });
  }

  @Test
  void refusesATscThatAGuestsKernelCannotRead() {
    assertThatThrownBy(() -> Frames.assumedTscKilohertz(5_000_000, DilationFactor.of(1000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("choose T at most 858");
    assertThat(Frames.assumedTscKilohertz(5_000_000, DilationFactor.of(858)))
        .isLessThanOrEqualTo(0xFFFF_FFFFL);
    assertThatThrownBy(() -> Frames.assumedTscKilohertz(0, TEN))
        .hasMessageContaining("must be positive");
  }

  @Test
  void deadlineTimersWrapBeyondTheKernelsUnsignedInt() {
    assertThat(Frames.deadlineTimerIsTrue(34_359_738)).isTrue();
    assertThat(Frames.deadlineTimerIsTrue(34_359_739)).isFalse();
  }

  @Test
  void aScheduleIsInModelTime() {
    Instant start = Instant.parse("2026-11-22T10:00:00Z");
    Instant due = Frames.scheduledHostTime(start, Duration.ofMinutes(1), TEN);
    assertThat(due).isEqualTo("2026-11-22T10:10:00Z");
    assertThat(Frames.scheduledModelOffset(start, due, TEN)).isEqualTo(Duration.ofMinutes(1));
  }

  private static Duration duration(Random random) {
    return Duration.ofSeconds(random.nextInt(100_000_000), random.nextInt(1_000_000_000))
        .multipliedBy(random.nextBoolean() ? 1 : -1);
  }
}
