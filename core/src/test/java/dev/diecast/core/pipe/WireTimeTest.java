package dev.diecast.core.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.diecast.core.Rational;
import dev.diecast.core.Seeded;
import org.junit.jupiter.api.Test;

class WireTimeTest {

  @Test
  void countsWhatEthernetPutsOnTheWire() {
    assertThat(WireTime.wireBits(1514)).isEqualTo(1538 * 8);
    assertThat(WireTime.wireBits(60)).isEqualTo(84 * 8);
    assertThat(WireTime.wireBits(42)).as("padded").isEqualTo(84 * 8);
  }

  @Test
  void aFullFrameTakesItsTime() {
    assertThat(new WireTime(Rational.of(1_000_000_000)).departFromIdle(5, 1514)).isEqualTo(12_309);
    assertThat(new WireTime(Rational.of(10_000_000, 3)).departFromIdle(0, 1514))
        .isEqualTo(3_691_200);
  }

  @Test
  void aStreamHasExactlyTheRateThoughNoFrameLastsAWholeNumberOfNanoseconds() {
    WireTime wire = new WireTime(Rational.of(100_000_000_000L));
    long now = wire.departFromIdle(0, 60);
    for (int i = 1; i < 1_000_000; i++) {
      now = wire.departInSequence(now, 60);
    }
    assertThat(now).isCloseTo(6_720_000, within(10L));
  }

  @Test
  void isWithinAMillionthAtAnyRate() {
    Seeded.forAll(
        500,
        random -> {
          long bits = (long) Math.pow(10, 11 * random.nextDouble());
          Rational rate = Rational.of(Math.max(1, bits), 1 + random.nextInt(1000));
          int bytes = 60 + random.nextInt(1455);
          double exact = WireTime.wireBits(bytes) * 1e9 / rate.toDouble();
          assertThat((double) new WireTime(rate).departFromIdle(0, bytes))
              .isCloseTo(exact, within(1 + exact * 1e-6));
        });
  }

  @Test
  void nothingOverflows() {
    WireTime slowest = new WireTime(Rational.of(1, 1000));
    long now = slowest.departFromIdle(Long.MAX_VALUE / 4, 9000);
    for (int i = 0; i < 1000; i++) {
      long next = slowest.departInSequence(now, 9000);
      assertThat(next).isGreaterThanOrEqualTo(now).isLessThanOrEqualTo(WireTime.FAR);
      now = next;
    }
    assertThat(now).isEqualTo(WireTime.FAR);
  }
}
