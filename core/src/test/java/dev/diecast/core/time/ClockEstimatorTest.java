package dev.diecast.core.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.Seeded;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClockEstimatorTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long START = 1_795_000_000L * SECOND;
  private static final ModelClock TEN = model(DilationFactor.of(10));

  private static ModelClock model(DilationFactor factor) {
    return new ModelClock(Instant.ofEpochSecond(START / SECOND - 100, 123_456_000), factor);
  }

  /** A guest's clock in exact arithmetic: its wall clock at a host time, truncated to whole ns. */
  private record GuestClock(ModelClock model, long ratePpb, Rational aheadNanos) {
    long read(long hostNanos) {
      return exact(hostNanos).floor().longValueExact();
    }

    Rational exact(long hostNanos) {
      Rational rate = Rational.of(SECOND + ratePpb, SECOND).dividedBy(model.factor().value());
      return modelNanos(START).plus(aheadNanos).plus(Rational.of(hostNanos - START).times(rate));
    }

    Rational modelNanos(long hostNanos) {
      Rational origin =
          Rational.of(model.origin().getEpochSecond())
              .times(SECOND)
              .plus(Rational.of(model.origin().getNano()));
      return origin.plus(Rational.of(hostNanos).minus(origin).dividedBy(model.factor().value()));
    }
  }

  private record Sampled(ClockReading reading, long trueHostNanos) {}

  /** Answers take up to {@code roundTrip} ns; the clock is read anywhere in between. */
  private static List<Sampled> sample(
      Random random, GuestClock clock, int count, long window, long roundTrip) {
    List<Sampled> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long read =
          START
              + (count == 1 ? 0 : window * i / (count - 1))
              + random.nextLong(1 + window / count / 4);
      long before = read - random.nextLong(roundTrip + 1);
      long after = read + random.nextLong(roundTrip + 1);
      samples.add(new Sampled(new ClockReading(before, after, clock.read(read)), read));
    }
    return samples;
  }

  private static List<ClockReading> readings(List<Sampled> samples) {
    return samples.stream().map(Sampled::reading).toList();
  }

  @Test
  void alwaysHoldsTheTruth() {
    Seeded.forAll(
        1000,
        random -> {
          ModelClock model = model(Seeded.factor(random));
          long rate = random.nextInt(-1_000_000, 1_000_000);
          GuestClock clock =
              new GuestClock(model, rate, Rational.of(random.nextLong(-SECOND, SECOND), 7));
          long window = SECOND * (1 + random.nextInt(300));
          List<Sampled> samples =
              sample(random, clock, 2 + random.nextInt(60), window, random.nextInt(2_000_000));
          List<ClockReading> shuffled = new ArrayList<>(readings(samples));
          Collections.shuffle(shuffled, random);

          ClockEstimate estimate = ClockEstimator.estimate(shuffled, model).orElseThrow();

          assertThat(Math.abs(estimate.ratePpb() - rate))
              .isLessThanOrEqualTo(estimate.rateErrorPpb());
          Sampled last =
              samples.stream()
                  .max(java.util.Comparator.comparingLong(Sampled::trueHostNanos))
                  .orElseThrow();
          Rational offset =
              Rational.of(last.reading().guestNanos())
                  .minus(clock.modelNanos(last.trueHostNanos()));
          assertThat(offset.minus(Rational.of(estimate.offsetNanos())).abs())
              .isLessThanOrEqualTo(Rational.of(estimate.offsetErrorNanos()));
          assertThat(estimate.samples()).isEqualTo(samples.size());
        });
  }

  @Test
  void isNoWiderThanTheTwoOuterReadingsAllow() {
    Seeded.forAll(
        300,
        random -> {
          GuestClock clock = new GuestClock(TEN, random.nextInt(-100_000, 100_000), Rational.ZERO);
          List<Sampled> samples = sample(random, clock, 30, 30 * SECOND, 500_000);
          ClockEstimate all = ClockEstimator.estimate(readings(samples), TEN).orElseThrow();
          ClockEstimate outer =
              ClockEstimator.estimate(
                      List.of(samples.getFirst().reading(), samples.getLast().reading()), TEN)
                  .orElseThrow();
          assertThat(all.rateErrorPpb()).isLessThanOrEqualTo(outer.rateErrorPpb() + 1);
          // 1 ms of round trip at both ends of 30 s: 67 ppm between the extremes at the worst.
          assertThat(all.rateErrorPpb()).isLessThanOrEqualTo(40_000);
        });
  }

  @Test
  void resolvesFarBelowAPartPerMillionOverMinutes() {
    GuestClock clock = new GuestClock(TEN, 1234, Rational.of(-42_000));
    List<Sampled> samples = sample(new Random(7), clock, 600, 600 * SECOND, 200);
    ClockEstimate estimate = ClockEstimator.estimate(readings(samples), TEN).orElseThrow();
    assertThat(estimate.ratePpb()).isBetween(1233L, 1235L);
    assertThat(estimate.rateErrorPpb()).isLessThanOrEqualTo(2);
    assertThat(estimate.offsetErrorNanos()).isLessThan(100);
  }

  @Test
  void stillResolvesAfterAMonth() {
    GuestClock clock = new GuestClock(TEN, -3, Rational.ZERO);
    List<Sampled> samples = sample(new Random(7), clock, 100, 30 * 86_400L * SECOND, 1_000_000);
    ClockEstimate estimate = ClockEstimator.estimate(readings(samples), TEN).orElseThrow();
    assertThat(estimate.ratePpb()).isEqualTo(-3);
    assertThat(estimate.rateErrorPpb()).isLessThanOrEqualTo(1);
  }

  @Test
  void seesAGuestThatIsNotDilated() {
    GuestClock undilated = new GuestClock(TEN, 9 * SECOND, Rational.ZERO);
    ClockEstimate estimate =
        ClockEstimator.estimate(
                readings(sample(new Random(3), undilated, 20, 20 * SECOND, 100_000)), TEN)
            .orElseThrow();
    assertThat(Math.abs(estimate.ratePpb() - 9 * SECOND))
        .isLessThanOrEqualTo(estimate.rateErrorPpb());
    assertThat(estimate.rateErrorPpb()).isLessThan(1_000_000);
  }

  @Test
  void seesAClockThatStandsStill() {
    List<ClockReading> readings = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      readings.add(new ClockReading(START + i * SECOND, START + i * SECOND + 1000, 77));
    }
    ClockEstimate estimate = ClockEstimator.estimate(readings, TEN).orElseThrow();
    assertThat(estimate.ratePpb()).isBetween(-SECOND, -SECOND + 10);
  }

  @Test
  void saysWhereTheClockStepped() {
    Seeded.forAll(
        500,
        random -> {
          GuestClock clock = new GuestClock(TEN, random.nextInt(-100_000, 100_000), Rational.ZERO);
          List<ClockReading> readings =
              new ArrayList<>(readings(sample(random, clock, 30, 30 * SECOND, 100_000)));
          int stepped = 5 + random.nextInt(20);
          // Ten guest milliseconds are 100 ms of the host's, a thousand round trips.
          long step = random.nextBoolean() ? 10_000_000 : -10_000_000;
          for (int i = stepped; i < readings.size(); i++) {
            ClockReading old = readings.get(i);
            readings.set(
                i,
                new ClockReading(
                    old.hostNanosBefore(), old.hostNanosAfter(), old.guestNanos() + step));
          }

          ClockFit fit = ClockEstimator.fit(readings, TEN);

          assertThat(fit).isEqualTo(new ClockFit.Uneven(readings.get(stepped), readings.size()));
          assertThat(ClockEstimator.consistent(readings, TEN)).isFalse();
          assertThat(ClockEstimator.estimate(readings, TEN)).isEmpty();
          assertThat(ClockEstimator.consistent(readings.subList(0, stepped), TEN)).isTrue();
          assertThat(ClockEstimator.consistent(readings.subList(stepped, 30), TEN)).isTrue();
        });
  }

  @Test
  void seesAChangeOfRate() {
    GuestClock before = new GuestClock(TEN, 0, Rational.ZERO);
    List<ClockReading> readings = new ArrayList<>();
    for (int i = 0; i <= 40; i++) {
      long host = START + i * SECOND;
      long extra = i <= 20 ? 0 : (host - START - 20 * SECOND) / 1000;
      readings.add(new ClockReading(host - 1000, host + 1000, before.read(host) + extra));
    }
    assertThat(ClockEstimator.fit(readings, TEN)).isInstanceOf(ClockFit.Uneven.class);
  }

  @Test
  void aClockThatRanBackwardsIsUneven() {
    List<ClockReading> readings =
        List.of(
            new ClockReading(START, START + 1000, 5 * SECOND),
            new ClockReading(START + SECOND, START + SECOND + 1000, 4 * SECOND));
    assertThat(ClockEstimator.fit(readings, TEN))
        .isEqualTo(new ClockFit.Uneven(readings.getLast(), 2));
  }

  @Test
  void saysNothingOfTooFewReadings() {
    ClockReading one = new ClockReading(START, START + 1000, 5 * SECOND);
    assertThat(ClockEstimator.fit(List.of(), TEN)).isEqualTo(new ClockFit.TooShort(0));
    assertThat(ClockEstimator.fit(List.of(one), TEN)).isEqualTo(new ClockFit.TooShort(1));
    assertThat(ClockEstimator.fit(List.of(one, one), TEN)).isEqualTo(new ClockFit.TooShort(2));
    assertThat(ClockEstimator.estimate(List.of(one, one), TEN)).isEmpty();
  }

  @Test
  void saysNothingOfReadingsThatOverlap() {
    List<ClockReading> overlapping =
        List.of(
            new ClockReading(START, START + 10 * SECOND, 5 * SECOND),
            new ClockReading(START + SECOND, START + 11 * SECOND, 5 * SECOND + 100_000_000),
            new ClockReading(START + 2 * SECOND, START + 12 * SECOND, 5 * SECOND + 200_000_000));
    assertThat(ClockEstimator.fit(overlapping, TEN)).isEqualTo(new ClockFit.TooShort(3));
  }

  @Test
  void readingsWithoutAnyDelayNeedNoWidth() {
    Seeded.forAll(
        300,
        random -> {
          ModelClock model = model(Seeded.factor(random));
          GuestClock clock = new GuestClock(model, 0, Rational.ZERO);
          List<ClockReading> readings =
              readings(sample(random, clock, 2 + random.nextInt(40), 60 * SECOND, 0));
          ClockEstimate estimate = ClockEstimator.estimate(readings, model).orElseThrow();
          assertThat(Math.abs(estimate.ratePpb())).isLessThanOrEqualTo(estimate.rateErrorPpb());
        });
  }

  @Test
  void theWindowIsFromCentreToCentre() {
    List<ClockReading> readings =
        List.of(
            new ClockReading(START, START + 2000, 0),
            new ClockReading(START + SECOND, START + SECOND + 4000, 100_000_000));
    ClockEstimate estimate = ClockEstimator.estimate(readings, TEN).orElseThrow();
    assertThat(estimate.windowNanos()).isEqualTo(SECOND + 1000);
    assertThat(estimate.ratePpm()).isEqualTo(estimate.ratePpb() / 1000.0);
  }

  @Test
  void refusesAnAnswerBeforeItsQuestion() {
    assertThatThrownBy(() -> new ClockReading(10, 9, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one clock that does not step");
  }
}
