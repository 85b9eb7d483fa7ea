package dev.diecast.daemon.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {
  @Test
  void eachNumberCountsOnceInAnyOrder() {
    long seed = Long.getLong("diecast.seed", 1);
    Random random = new Random(seed);
    for (long begin : new long[] {0, 1, System.nanoTime(), Long.MAX_VALUE - 1_000_000}) {
      ReplayWindow window = new ReplayWindow();
      Set<Long> taken = new HashSet<>();
      long greatest = -1;
      long next = begin;
      for (int i = 0; i < 20_000; i++) {
        next += random.nextInt(100) == 0 ? random.nextInt(3 * ReplayWindow.SIZE) : 1;
        long number = Math.max(begin, next - random.nextInt(random.nextBoolean() ? 3 : 1500));
        boolean expected = number > greatest - ReplayWindow.SIZE && taken.add(number);
        assertThat(window.take(number)).as("seed %d, step %d", seed, i).isEqualTo(expected);
        greatest = Math.max(greatest, number);
      }
    }
  }

  @Test
  void whatIsTooOldToKnowIsNotNew() {
    ReplayWindow window = new ReplayWindow();
    assertThat(window.take(5000)).isTrue();
    assertThat(window.take(5000 - ReplayWindow.SIZE)).isFalse();
    assertThat(window.take(5000 - ReplayWindow.SIZE + 1)).isTrue();
    assertThat(window.take(5000 - ReplayWindow.SIZE + 1)).isFalse();
  }
}
