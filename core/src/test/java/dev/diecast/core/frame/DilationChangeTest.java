package dev.diecast.core.frame;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.Seeded;
import dev.diecast.core.frame.DilationChange.Step;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DilationChangeTest {

  @Test
  void noResourceIsEverFasterThanDue() {
    Seeded.forAll(
        1000,
        random -> {
          DilationFactor before = Seeded.factor(random);
          DilationFactor after = Seeded.factor(random);
          Map<Step, DilationFactor> state = new EnumMap<>(Step.class);
          for (Step step : Step.values()) {
            state.put(step, before);
          }
          for (Step step : new DilationChange(before, after).order()) {
            state.put(step, after);
            assertNothingTooFast(state);
          }
          assertThat(state.values()).containsOnly(after);
        });
  }

  @Test
  void everyStepTakesPlaceOnce() {
    for (int wanted : List.of(1, 5, 10)) {
      DilationChange change = new DilationChange(DilationFactor.of(5), DilationFactor.of(wanted));
      assertThat(change.order()).containsExactlyInAnyOrder(Step.values());
    }
  }

  @Test
  void aFailureBetweenAnyTwoStepsLeavesNothingTooFast() {
    // Resources follow what the clock is found to do, so a clock that stays holds them back.
    Seeded.forAll(
        1000,
        random -> {
          DilationFactor inEffect = Seeded.factor(random);
          DilationFactor wanted = Seeded.factor(random);
          DilationFactor resources = new DilationChange(inEffect, wanted).ofResources();
          assertThat(resources).isGreaterThanOrEqualTo(inEffect);
          assertThat(resources).isIn(inEffect, wanted);
        });
  }

  /** By the formula of its Javadoc: what the guest sees of a rate r is r·T/R, at most r. */
  private static void assertNothingTooFast(Map<Step, DilationFactor> state) {
    Rational clock = state.get(Step.CLOCK).value();
    state.forEach(
        (step, factor) -> {
          Rational seen = clock.dividedBy(factor.value());
          assertThat(seen)
              .as("%s of what is due, in %s", step, state)
              .isLessThanOrEqualTo(Rational.ONE);
        });
  }
}
