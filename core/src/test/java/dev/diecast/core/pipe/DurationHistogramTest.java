package dev.diecast.core.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.Seeded;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DurationHistogramTest {

  @Test
  void quantilesAreAtMostThreePercentTooHighAndNeverTooLow() {
    Seeded.forAll(
        100,
        random -> {
          long[] values =
              LongStream.generate(() -> (long) Math.pow(2, 62 * random.nextDouble()))
                  .limit(1 + random.nextInt(300))
                  .toArray();
          DurationHistogram histogram = new DurationHistogram();
          LongStream.of(values).forEach(histogram::record);
          java.util.Arrays.sort(values);
          for (double share : new double[] {0.01, 0.5, 0.99, 1}) {
            long exact = values[(int) Math.max(0, Math.ceil(share * values.length) - 1)];
            assertThat((double) histogram.quantileNanos(share))
                .isBetween((double) exact, exact * 1.0313);
          }
          assertThat(histogram.minNanos()).isEqualTo(values[0]);
          assertThat(histogram.maxNanos()).isEqualTo(values[values.length - 1]);
          assertThat(histogram.count()).isEqualTo(values.length);
        });
  }

  @Test
  void nothingRecordedIsNothing() {
    assertThat(new DurationHistogram().quantileNanos(0.5)).isZero();
    assertThat(new DurationHistogram().minNanos()).isZero();
    DurationHistogram negative = new DurationHistogram();
    negative.record(-7);
    assertThat(negative.maxNanos()).isZero();
  }

  @Test
  void whatTwoRecordedIsOfBothTogetherWhereverTheirBucketsLie() {
    Seeded.forAll(
        100,
        random -> {
          DurationHistogram one = new DurationHistogram();
          DurationHistogram other = new DurationHistogram();
          DurationHistogram both = new DurationHistogram();
          for (int i = random.nextInt(50); i >= 0; i--) {
            long nanos = (long) Math.pow(2, 62 * random.nextDouble());
            (random.nextBoolean() ? one : other).record(nanos);
            both.record(nanos);
          }
          one.add(other);
          for (double share : new double[] {0, 0.1, 0.5, 0.9, 1}) {
            assertThat(one.quantileNanos(share)).isEqualTo(both.quantileNanos(share));
          }
          assertThat(one.count()).isEqualTo(both.count());
          assertThat(one.minNanos()).isEqualTo(both.minNanos());
          assertThat(one.maxNanos()).isEqualTo(both.maxNanos());
        });
  }
}
