package dev.diecast.daemon.clock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.time.ClockFit;
import dev.diecast.core.time.ClockReading;
import dev.diecast.core.time.ModelClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReadingWindowTest {
  private static final long START = 1_795_312_345_000_000_000L;
  private static final long MILLI = 1_000_000;
  private static final ModelClock MODEL =
      new ModelClock(Instant.ofEpochSecond(0, START), DilationFactor.of(10));
  private final ReadingWindow window =
      new ReadingWindow(
          MODEL, new ClockSettings(Duration.ofMillis(500), Duration.ofSeconds(60), 200));

  /** A guest {@code ppm} fast, asked at {@code hostMillis}, answering within {@code tripMillis}. */
  private ClockFit read(long hostMillis, long tripMillis, double ppm, long stepMillis) {
    long before = START + hostMillis * MILLI;
    long middle = hostMillis * MILLI + tripMillis * MILLI / 2;
    long guest = START + Math.round(middle / 10.0 * (1 + ppm * 1e-6)) + stepMillis * MILLI;
    return window.add(new ClockReading(before, before + tripMillis * MILLI, guest));
  }

  @Test
  void isFineOnceTheErrorIsAQuarterOfTheTolerance() {
    for (int i = 0; i < 10; i++) {
      read(i * 500L, 2, 30, 0);
    }
    assertThat(window.isFine()).isFalse();
    ClockFit fit = null;
    for (int i = 10; i < 120; i++) {
      fit = read(i * 500L, 2, 30, 0);
    }
    assertThat(window.isFine()).isTrue();
    assertThat(fit.toEstimate().orElseThrow().ratePpm()).isBetween(-10.0, 70.0);
  }

  @Test
  void aRateThatStaysCoarseIsReadOftenForHalfAWindowOnly() {
    for (int i = 0; i < 59; i++) {
      read(i * 500L, 20, 0, 0);
      assertThat(window.isSettled()).as("after %d readings", i).isFalse();
    }
    read(30_000, 20, 0, 0);
    assertThat(window.isSettled()).isTrue();
    assertThat(window.isFine()).isFalse();
    read(34_000, 20, 0, 500);
    assertThat(window.isSettled()).as("after a step").isFalse();
  }

  @Test
  void keepsMoreThanAWindowWhileTheRateIsNotFine() {
    ClockFit fit = null;
    for (int i = 0; i < 400; i++) {
      fit = read(i * 500L, 20, 0, 0);
    }
    assertThat(fit.toEstimate().orElseThrow().windowNanos())
        .isGreaterThan(Duration.ofSeconds(120).toNanos());
  }

  @Test
  void aStepStaysOnRecordUntilANewRateIsKnown() {
    for (int i = 0; i < 120; i++) {
      read(i * 500L, 2, 0, 0);
    }
    assertThat(read(60_000, 2, 0, 50)).isInstanceOf(ClockFit.Uneven.class);
    assertThat(read(60_500, 2, 0, 50)).isInstanceOf(ClockFit.Uneven.class);
    assertThat(window.steps()).isEqualTo(1);
    ClockFit fit = null;
    for (int i = 122; i < 250; i++) {
      fit = read(i * 500L, 2, 0, 50);
    }
    assertThat(fit).isInstanceOf(ClockFit.Even.class);
    assertThat(window.steps()).isEqualTo(1);
  }
}
