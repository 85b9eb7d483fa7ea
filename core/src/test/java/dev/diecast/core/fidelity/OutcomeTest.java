package dev.diecast.core.fidelity;

import static dev.diecast.core.fidelity.Outcome.FAIL;
import static dev.diecast.core.fidelity.Outcome.PASS;
import static dev.diecast.core.fidelity.Outcome.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {

  @Test
  void oneThatFailsFailsAllAndOfNoneNothingIsKnown() {
    assertThat(Outcome.together(List.of(PASS, UNKNOWN, FAIL))).isEqualTo(FAIL);
    assertThat(Outcome.together(List.of(PASS, UNKNOWN, PASS))).isEqualTo(UNKNOWN);
    assertThat(Outcome.together(List.of(PASS, PASS))).isEqualTo(PASS);
    assertThat(Outcome.together(List.of())).isEqualTo(UNKNOWN);
  }
}
