package dev.diecast.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.Seeded;
import dev.diecast.core.frame.Frames;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DiskThrottleTest {
  private static final DilationFactor TEN = DilationFactor.of(10);

  private static Map<DiskRate, Rational> guest(DiskRate rate, String value) {
    return Map.of(rate, Rational.parse(value));
  }

  @Test
  void isTheRateOverT() {
    Map<DiskRate, Rational> guest =
        Map.of(
            DiskRate.READ_BYTES, Rational.of(100_000_000),
            DiskRate.WRITE_OPERATIONS, Rational.of(1000));
    DiskThrottle throttle = DiskThrottle.of(guest, DilationFactor.parse("5/2"));
    assertThat(throttle.perSecond())
        .isEqualTo(Map.of(DiskRate.READ_BYTES, 40_000_000L, DiskRate.WRITE_OPERATIONS, 400L));
    assertThat(throttle.limit(DiskRate.READ_OPERATIONS)).isEmpty();
    assertThat(throttle.roundingError(guest, DilationFactor.parse("5/2"))).isEqualTo(Rational.ZERO);
  }

  @Test
  void isTheNearestWholeNumberAndSaysHowNear() {
    DiskThrottle throttle = DiskThrottle.of(guest(DiskRate.READ_OPERATIONS, "25"), TEN);
    assertThat(throttle.limit(DiskRate.READ_OPERATIONS)).hasValue(3);
    assertThat(throttle.roundingError(guest(DiskRate.READ_OPERATIONS, "25"), TEN))
        .isEqualTo(Rational.of(1, 5));
  }

  @Test
  void refusesLessThanAKernelEnforces() {
    assertThatThrownBy(() -> DiskThrottle.of(guest(DiskRate.READ_OPERATIONS, "5"), TEN))
        .hasMessage(
            "readIops of 5 is 0.5 per host second at T = 10, and a kernel throttles to 1 at least:"
                + " raise it to 10, or choose T at most 5, or leave it out for no limit");
    assertThatThrownBy(() -> DiskThrottle.of(guest(DiskRate.WRITE_BYTES, "1/2"), TEN))
        .hasMessageEndingWith(": raise it to 10");
    assertThat(DiskThrottle.of(guest(DiskRate.READ_OPERATIONS, "10"), TEN).perSecond())
        .containsValue(1L);
  }

  /** The kernel cuts a number of operations to 32 bits: 5,000,000,000 would become 705,032,704. */
  @Test
  void moreOperationsThanTheKernelCountsAreNoLimit() {
    Map<DiskRate, Rational> huge = Map.of(DiskRate.READ_OPERATIONS, Rational.of(50_000_000_000L));
    assertThat(DiskThrottle.of(huge, TEN).isNone()).isTrue();
    Map<DiskRate, Rational> exabytes =
        Map.of(DiskRate.WRITE_BYTES, Rational.of(new java.math.BigDecimal("9e30")));
    assertThat(DiskThrottle.of(exabytes, TEN).isNone()).isTrue();
    assertThatThrownBy(() -> new DiskThrottle(Map.of(DiskRate.WRITE_OPERATIONS, 0xFFFF_FFFFL)))
        .hasMessageContaining("writeIops");
    assertThatThrownBy(() -> new DiskThrottle(Map.of(DiskRate.READ_BYTES, 0L)))
        .hasMessageContaining("readBytesPerSecond of 0");
  }

  @Test
  void disksOnOneDeviceShareTheSumWhereEachHasALimit() {
    DiskThrottle a =
        new DiskThrottle(Map.of(DiskRate.READ_BYTES, 10L, DiskRate.WRITE_OPERATIONS, 4L));
    DiskThrottle b = new DiskThrottle(Map.of(DiskRate.READ_BYTES, 5L));
    assertThat(DiskThrottle.together(List.of(a, b)).perSecond())
        .isEqualTo(Map.of(DiskRate.READ_BYTES, 15L));
    assertThat(DiskThrottle.together(List.of(a))).isEqualTo(a);
    assertThat(DiskThrottle.together(List.of()).isNone()).isTrue();
    assertThat(DiskThrottle.together(List.of(a, DiskThrottle.NONE)).isNone()).isTrue();
  }

  @Test
  void theGuestSeesItsRateWithinHalfAUnitOfTheHosts() {
    Seeded.forAll(
        2000,
        random -> {
          DilationFactor factor = Seeded.factor(random);
          Rational rate = Rational.of(1000 + random.nextLong(1_000_000_000L));
          DiskThrottle throttle = DiskThrottle.of(Map.of(DiskRate.WRITE_BYTES, rate), factor);
          Rational seen =
              Frames.guestRate(
                  Rational.of(throttle.limit(DiskRate.WRITE_BYTES).getAsLong()), factor);
          assertThat(seen.minus(rate).abs()).isLessThanOrEqualTo(factor.value().dividedBy(2));
        });
  }

  @Test
  void floorsStretch() {
    LatencyFloor floor = LatencyFloor.ofMicros(500, 0).onHost(DilationFactor.parse("5/2"));
    assertThat(floor).isEqualTo(new LatencyFloor(Duration.ofNanos(1_250_000), Duration.ZERO));
    assertThat(LatencyFloor.NONE.isNone()).isTrue();
    assertThatThrownBy(() -> LatencyFloor.ofMicros(-1, 0)).hasMessageContaining("negative");
  }
}
