package dev.diecast.core.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.diecast.core.Seeded;
import org.junit.jupiter.api.Test;

class PeerClockTest {

  @Test
  void nothingIsKnownBeforeTheFirstAnswer() {
    assertThat(new PeerClock().isKnown()).isFalse();
    assertThat(new PeerClock().errorNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void theErrorIsWithinHalfTheQuickestRoundTrip() {
    Seeded.forAll(
        300,
        random -> {
          PeerClock clock = new PeerClock();
          long offset = random.nextLong(2_000_000_000_000L) - 1_000_000_000_000L;
          long now = random.nextLong(1_000_000_000_000L);
          for (int i = 0; i < 1 + random.nextInt(40); i++) {
            long there = random.nextLong(500_000);
            long back = random.nextLong(500_000);
            clock.sample(now, now + there + offset, now + there + back);
            now += 100_000_000;
          }
          long seen = clock.toHere(now + offset);
          assertThat(seen).isCloseTo(now, within(clock.errorNanos() + 1));
          assertThat(clock.errorNanos()).isLessThanOrEqualTo(500_000);
        });
  }

  @Test
  void oldAnswersAreForgotten() {
    PeerClock clock = new PeerClock();
    clock.sample(0, 5_000, 10);
    for (int i = 1; i <= 16; i++) {
      clock.sample(i * 1_000, i * 1_000 + 9_050, i * 1_000 + 100);
    }
    assertThat(clock.toHere(9_000)).isZero();
    assertThat(clock.errorNanos()).isEqualTo(50);
  }
}
