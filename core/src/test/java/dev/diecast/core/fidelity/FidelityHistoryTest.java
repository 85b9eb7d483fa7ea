package dev.diecast.core.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FidelityHistoryTest {
  private static final Instant START = Instant.parse("2026-11-22T01:00:00Z");

  private static Instant at(long second) {
    return START.plusSeconds(second);
  }

  private static Optional<Judgement> bad(Cause cause, double delivered) {
    return Optional.of(new Judgement(cause, delivered, "because"));
  }

  private static FidelityHistory look(
      FidelityHistory history, Optional<Judgement> judgement, long second) {
    return history.with(judgement, at(second - 1), at(second));
  }

  @Test
  void anIntervalLastsFromTheFirstDoubtToTheLastSight() {
    FidelityHistory history = FidelityHistory.CLEAN;
    history = look(history, Optional.empty(), 1);
    assertThat(history).isEqualTo(FidelityHistory.CLEAN);
    history = look(history, bad(Cause.CpuContention, 0.8), 10);
    history = look(history, bad(Cause.CpuContention, 0.5), 11);
    history = look(history, bad(Cause.CpuContention, 0.7), 12);
    assertThat(history.open()).isPresent();
    history = look(history, Optional.empty(), 14);
    assertThat(history.open()).as("two good seconds prove nothing").isPresent();
    history = look(history, Optional.empty(), 15);
    assertThat(history.open()).isEmpty();
    assertThat(history.intervals())
        .containsExactly(
            new UnfaithfulInterval(at(9), Optional.of(at(12)), Cause.CpuContention, 50));
    assertThat(history.count()).isEqualTo(1);
    assertThat(history.total(at(99))).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void theUnexplainedIsExplainedOnceItCanBe() {
    FidelityHistory history = look(FidelityHistory.CLEAN, bad(Cause.CpuStarved, 0.8), 1);
    history = look(history, bad(Cause.CpuContention, 0.8), 2);
    history = look(history, bad(Cause.CpuStarved, 0.8), 3);
    assertThat(history.intervals()).extracting("cause").containsExactly(Cause.CpuContention);
  }

  @Test
  void anotherTroubleIsAnotherInterval() {
    FidelityHistory history = look(FidelityHistory.CLEAN, bad(Cause.CapChanged, 3), 1);
    history = look(history, bad(Cause.CpuContention, 0.8), 2);
    assertThat(history.intervals())
        .containsExactly(
            new UnfaithfulInterval(at(0), Optional.of(at(2)), Cause.CapChanged, 300),
            new UnfaithfulInterval(at(2), Optional.empty(), Cause.CpuContention, 80));
    assertThat(history.total(at(7))).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void intervalsNeverOverlap() {
    FidelityHistory history = look(FidelityHistory.CLEAN, bad(Cause.CpuContention, 0.5), 10);
    history = look(history, Optional.empty(), 13);
    assertThat(history.open()).isEmpty();
    history = history.with(bad(Cause.CpuContention, 0.5), at(5), at(14));
    assertThat(history.intervals().getLast().from()).isEqualTo(at(10));
  }

  @Test
  void theListIsBoundedAndTheCountIsNot() {
    FidelityHistory history = FidelityHistory.CLEAN;
    for (int i = 0; i < 50; i++) {
      history = look(history, bad(Cause.CapChanged, 1), 10L * i + 1);
      history = look(history, Optional.empty(), 10L * i + 8);
    }
    assertThat(history.intervals()).hasSize(FidelityHistory.MOST);
    assertThat(history.intervals().getLast().from()).isEqualTo(at(490));
    assertThat(history.count()).isEqualTo(50);
    assertThat(history.total(at(999))).isEqualTo(Duration.ofSeconds(50));
  }

  @Test
  void whatAPredecessorLeftOpenIsNotCleanMeanwhile() {
    FidelityHistory history = look(FidelityHistory.CLEAN, bad(Cause.CpuContention, 0.5), 1);
    FidelityHistory resumed =
        new FidelityHistory(history.intervals(), 1, Duration.ZERO, Optional.empty());
    resumed = look(resumed, Optional.empty(), 60);
    assertThat(resumed.open()).isPresent();
    resumed = look(resumed, Optional.empty(), 63);
    assertThat(resumed.intervals().getLast().to()).contains(at(60));
    assertThat(resumed.total(at(99))).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void theEndOfTheGuestEndsIt() {
    FidelityHistory history = look(FidelityHistory.CLEAN, bad(Cause.ClockWrong, 1), 1);
    assertThat(history.over(at(5)).intervals().getLast().to()).contains(at(5));
    assertThat(FidelityHistory.CLEAN.over(at(5))).isEqualTo(FidelityHistory.CLEAN);
  }
}
