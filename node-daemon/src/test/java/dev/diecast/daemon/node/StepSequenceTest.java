package dev.diecast.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.frame.DilationChange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepSequenceTest {
  private static final DilationFactor FIVE = DilationFactor.of(5);
  private static final DilationFactor TEN = DilationFactor.of(10);

  /** Notes what is done, and by which T. */
  private static class Notes implements StepSequence.Actions {
    final List<String> taken = new ArrayList<>();
    private final DilationFactor clockGoesTo;

    Notes(DilationFactor clockGoesTo) {
      this.clockGoesTo = clockGoesTo;
    }

    @Override
    public DilationFactor clock() {
      taken.add("clock");
      return clockGoesTo;
    }

    @Override
    public void cpu(DilationFactor factor) {
      taken.add("cpu " + factor);
    }

    @Override
    public void disks(DilationFactor factor) {
      taken.add("disks " + factor);
    }
  }

  private static List<String> taken(
      DilationFactor from, DilationFactor to, DilationFactor clockGoesTo) throws IOException {
    Notes notes = new Notes(clockGoesTo);
    StepSequence steps = new StepSequence(new DilationChange(from, to), notes);
    steps.untilPipes();
    assertThat(steps.isAtPipes()).isTrue();
    notes.taken.add("pipes " + steps.ofResources());
    steps.afterPipes();
    return notes.taken;
  }

  @Test
  void theClockComesLastWhereTimeSlowsDown() throws IOException {
    assertThat(taken(FIVE, TEN, TEN)).containsExactly("cpu 10", "disks 10", "pipes 10", "clock");
  }

  @Test
  void theClockComesFirstWhereTimeSpeedsUp() throws IOException {
    assertThat(taken(TEN, FIVE, FIVE)).containsExactly("clock", "cpu 5", "disks 5", "pipes 5");
  }

  @Test
  void resourcesStaySlowWhereTheClockCannotBeMadeFaster() throws IOException {
    assertThat(taken(TEN, FIVE, TEN)).containsExactly("clock", "cpu 10", "disks 10", "pipes 10");
  }

  @Test
  void aFailureOfAResourceKeepsTheClockFromRisingT() {
    Notes notes =
        new Notes(TEN) {
          @Override
          public void cpu(DilationFactor factor) {
            throw new IllegalStateException("no");
          }
        };
    StepSequence steps = new StepSequence(new DilationChange(FIVE, TEN), notes);
    assertThatThrownBy(steps::untilPipes).hasMessage("no");
    assertThat(steps.isAtPipes()).isFalse();
    assertThat(notes.taken).isEmpty();
  }
}
