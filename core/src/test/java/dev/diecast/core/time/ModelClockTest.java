package dev.diecast.core.time;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Seeded;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ModelClockTest {

  private static final Instant ORIGIN = Instant.parse("2026-11-22T10:00:00.123456Z");

  @Test
  void agreesWithTheHostAtItsOriginAndFallsBehindByT() {
    ModelClock clock = new ModelClock(ORIGIN, DilationFactor.of(10));
    assertThat(clock.modelTime(ORIGIN)).isEqualTo(ORIGIN);
    assertThat(clock.modelTime(ORIGIN.plusSeconds(10))).isEqualTo(ORIGIN.plusSeconds(1));
    assertThat(clock.hostTime(ORIGIN.plusSeconds(1))).isEqualTo(ORIGIN.plusSeconds(10));
    assertThat(clock.modelTime(ORIGIN.minusSeconds(10))).isEqualTo(ORIGIN.minusSeconds(1));
  }

  @Test
  void goesBothWaysAndNeverBackwards() {
    Seeded.forAll(
        1000,
        random -> {
          ModelClock clock = new ModelClock(ORIGIN, Seeded.factor(random));
          Instant model = ORIGIN.plusNanos(random.nextLong(-1L << 55, 1L << 55));
          assertThat(clock.modelTime(clock.hostTime(model))).isEqualTo(model);
          Instant host = ORIGIN.plusNanos(random.nextLong(-1L << 55, 1L << 55));
          Duration error = Duration.between(host, clock.hostTime(clock.modelTime(host))).abs();
          assertThat(error).isLessThanOrEqualTo(Duration.ofNanos(500));
          assertThat(clock.modelTime(host.plusNanos(random.nextInt(1000))))
              .isAfterOrEqualTo(clock.modelTime(host));
        });
  }

  @Test
  void isTheHostsClockWhereTimeIsNotDilated() {
    ModelClock clock = new ModelClock(ORIGIN, DilationFactor.NONE);
    Instant host = ORIGIN.plusNanos(987_654_321_987L);
    assertThat(clock.modelTime(host)).isEqualTo(host);
    assertThat(clock.hostTime(host)).isEqualTo(host);
  }

  @Test
  void goesOnWithoutAStepWhereTChanges() {
    Instant change = ORIGIN.plusSeconds(100);
    ModelClock ten = new ModelClock(ORIGIN, DilationFactor.of(10));
    ModelClock undilated = ten.changedAt(change, DilationFactor.NONE);
    assertThat(undilated.modelTime(change)).isEqualTo(ten.modelTime(change));
    // What the guests have fallen behind they stay behind: their clocks are not stepped.
    assertThat(undilated.modelTime(change.plusSeconds(5))).isEqualTo(ORIGIN.plusSeconds(15));
    assertThat(undilated.hostTime(ORIGIN.plusSeconds(15))).isEqualTo(change.plusSeconds(5));
  }

  @Test
  void staysMonotonicThroughAnyNumberOfChanges() {
    Seeded.forAll(
        200,
        random -> {
          ModelClock clock = new ModelClock(ORIGIN, Seeded.factor(random));
          Instant host = ORIGIN;
          Instant shown = clock.modelTime(host);
          for (int i = 0; i < 20; i++) {
            host = host.plusNanos(random.nextLong(1L << 40));
            assertThat(clock.modelTime(host)).isAfterOrEqualTo(shown);
            ModelClock next = clock.changedAt(host, Seeded.factor(random));
            assertThat(next.modelTime(host)).isEqualTo(clock.modelTime(host));
            shown = next.modelTime(host);
            clock = next;
          }
        });
  }
}
