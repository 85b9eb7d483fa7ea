package dev.diecast.core.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.diecast.core.Seeded;
import dev.diecast.core.time.ClockEstimate;
import dev.diecast.core.time.ClockFit;
import dev.diecast.core.time.ClockReading;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FidelityTest {

  private static ClockEstimate estimate(long ratePpb, long errorPpb) {
    return new ClockEstimate(ratePpb, errorPpb, 0, 0, 10, 30_000_000_000L);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, PASS",
    "200000, 0, PASS",
    "-200000, 0, PASS",
    "150000, 50000, PASS",
    "150000, 50001, UNKNOWN",
    "-150000, 50001, UNKNOWN",
    "0, 200001, UNKNOWN",
    "250000, 50000, UNKNOWN",
    "250001, 50000, FAIL",
    "-250001, 50000, FAIL",
    "9000000000, 1000, FAIL"
  })
  void theWholeIntervalMustBeWithinTheTolerance(long rate, long error, Outcome outcome) {
    Optional<ClockEstimate> estimate = Optional.of(estimate(rate, error));
    assertThat(Fidelity.judgeClock("web-0", estimate, 200).outcome()).isEqualTo(outcome);
    assertThat(Fidelity.judgeClock("web-0", new ClockFit.Even(estimate.get()), 200).outcome())
        .isEqualTo(outcome);
  }

  @Test
  void passAndFailAreWhatTheTruthCanBe() {
    Seeded.forAll(
        2000,
        random -> {
          long rate = random.nextLong(-1_000_000, 1_000_000);
          long error = random.nextLong(500_000);
          Outcome outcome =
              Fidelity.judgeClock("n", Optional.of(estimate(rate, error)), 200).outcome();
          boolean lowIn = Math.abs(rate - error) <= 200_000;
          boolean highIn = Math.abs(rate + error) <= 200_000;
          assertThat(outcome == Outcome.PASS).isEqualTo(lowIn && highIn);
          boolean apart = rate - error > 200_000 || rate + error < -200_000;
          assertThat(outcome == Outcome.FAIL).isEqualTo(apart);
        });
  }

  @Test
  void reasonsNameTheValueAndTheTolerance() {
    assertThat(Fidelity.judgeClock("web-0", Optional.of(estimate(-12_345, 678)), 200))
        .isEqualTo(
            new Finding(
                "web-0",
                "clock",
                Outcome.PASS,
                "the clock runs -12.345 ppm off, +-0.678 ppm; tolerance 200 ppm",
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Share(1 - 12_345 / 1e9, 678 / 1e9))));
    assertThat(Fidelity.judgeClock("web-0", Optional.of(estimate(0, 900_000)), 200).reason())
        .endsWith("measure for longer");
    assertThat(Fidelity.judgeCpu("web-0", Optional.of(new Share(0.857, 0.01)), 0.1))
        .isEqualTo(
            new Finding(
                "web-0",
                "cpu",
                Outcome.FAIL,
                "the CPU did 85.7 +-1.0 % of what was due; tolerance +-10.0 %",
                Optional.of(Cause.CpuStarved),
                Optional.empty(),
                Optional.of(new Share(0.857, 0.01))));
  }

  @Test
  void whatWasNotMeasuredIsUnknown() {
    assertThat(Fidelity.judgeClock("n", Optional.empty(), 200).outcome())
        .isEqualTo(Outcome.UNKNOWN);
    assertThat(Fidelity.judgeClock("n", new ClockFit.TooShort(1), 200).outcome())
        .isEqualTo(Outcome.UNKNOWN);
    assertThat(Fidelity.judgeCpu("n", Optional.empty(), 0.1).outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThatThrownBy(() -> new Share(Double.NaN, 0)).hasMessageContaining("a share of NaN");
    assertThatThrownBy(() -> new Share(1, -0.1)).hasMessageContaining("a share of");
  }

  @Test
  void aClockThatSteppedFails() {
    Finding finding =
        Fidelity.judgeClock("n", new ClockFit.Uneven(new ClockReading(0, 1, 2), 9), 200);
    assertThat(finding.outcome()).isEqualTo(Outcome.FAIL);
    assertThat(finding.reason()).contains("stepped");
  }

  @ParameterizedTest
  @CsvSource({
    "1, PASS",
    "0.9, PASS",
    "1.1, PASS",
    "0.899, FAIL",
    "1.101, FAIL",
    "0, FAIL",
    "2, FAIL"
  })
  void tooFastIsAsWrongAsTooSlow(double ratio, Outcome outcome) {
    assertThat(Fidelity.judgeCpu("n", Optional.of(new Share(ratio, 0)), 0.1).outcome())
        .isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    "0.95, 0.05, PASS", // the truth is 0.9 to 1
    "0.95, 0.06, UNKNOWN",
    "0.85, 0.06, UNKNOWN",
    "0.85, 0.04, FAIL",
    "1.05, 0.05, PASS",
    "1.15, 0.04, FAIL",
    "1, 0.2, UNKNOWN"
  })
  void anErrorThatLeavesItOpenIsUnknown(double value, double error, Outcome outcome) {
    assertThat(new Share(value, error).judge(0.1)).isEqualTo(outcome);
  }

  @Test
  void theErrorOfAMedianIsThatOfItsReadings() {
    Share share = Share.ofReadings(new double[] {1.02, 0.98, 1, 1.1, 0.9});
    assertThat(share.value()).isEqualTo(1);
    assertThat(share.error()).isCloseTo(1.2533 * 1.4826 * 0.02 / Math.sqrt(5), within(1e-12));
    assertThat(Share.ofReadings(new double[] {0.7})).isEqualTo(new Share(0.7, 0));
  }

  @Test
  void theVerdictIsTheWorst() {
    Finding pass = new Finding("n", Finding.CLOCK, Outcome.PASS, "");
    Finding fail = new Finding("n", Finding.CPU, Outcome.FAIL, "");
    Finding unknown = new Finding("n", Finding.BOOT, Outcome.UNKNOWN, "");
    assertThat(Fidelity.verdict(List.of())).isEqualTo(Outcome.UNKNOWN);
    assertThat(Fidelity.verdict(List.of(pass, pass))).isEqualTo(Outcome.PASS);
    assertThat(Fidelity.verdict(List.of(pass, unknown))).isEqualTo(Outcome.UNKNOWN);
    assertThat(Fidelity.verdict(List.of(unknown, fail, pass))).isEqualTo(Outcome.FAIL);
  }

  @Test
  void tolerancesAreNeverNegative() {
    assertThatThrownBy(() -> new Tolerances(-1, 0.1)).hasMessageContaining("never negative");
    assertThatThrownBy(() -> new Tolerances(200, Double.NaN))
        .hasMessageContaining("never negative");
    assertThat(Tolerances.DEFAULT).isEqualTo(new Tolerances(200, 0.1));
  }
}
