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
          assertThat(histogram.maxNanos()).isEqualTo(values[values.length - 1]);
          assertThat(histogram.count()).isEqualTo(values.length);
        });
  }

  @Test
  void nothingRecordedIsNothing() {
    assertThat(new DurationHistogram().quantileNanos(0.5)).isZero();
    DurationHistogram negative = new DurationHistogram();
    negative.record(-7);
    assertThat(negative.maxNanos()).isZero();
  }
}
