package dev.diecast.daemon.network.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TakenRevisionsTest {
  private static final ModelKey MODEL = new ModelKey("default", "m");

  private final TakenRevisions taken = new TakenRevisions();

  private static Instant at(int second) {
    return Instant.ofEpochSecond(second);
  }

  private Optional<Instant> take(long revision, int second) {
    return take(revision, Optional.empty(), second);
  }

  private Optional<Instant> take(long revision, long lastTrusted, int second) {
    return take(revision, Optional.of(lastTrusted), second);
  }

  private Optional<Instant> take(long revision, Optional<Long> lastTrusted, int second) {
    taken.take(MODEL, revision, lastTrusted, at(second));
    return Optional.ofNullable(taken.foreignSince().get(MODEL));
  }

  @Test
  void changesByTheOperatorAreNothingUnusual() {
    assertThat(take(1, 10)).isEmpty();
    assertThat(take(2, 20)).isEmpty();
  }

  @Test
  void pipesWereWrongSinceTheFirstOfSeveralThatOthersMade() {
    take(4, 10);
    take(5, 20);
    take(6, 30);
    assertThat(take(7, 4, 40)).contains(at(20));
    take(8, 50);
    assertThat(take(9, 7, 60)).as("what was told is not told again").contains(at(50));
  }

  @Test
  void oneThatNeverCameIntoForceDidNothing() {
    take(4, 10);
    assertThat(take(6, 4, 30)).isEmpty();
  }

  @Test
  void aDaemonThatBeganByAnothersGraphKnowsSinceWhen() {
    take(5, 10);
    assertThat(take(6, 4, 20)).contains(at(10));
  }
}
