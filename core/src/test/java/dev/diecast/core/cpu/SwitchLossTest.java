package dev.diecast.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.frame.Frames;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SwitchLossTest {

  @ParameterizedTest
  @CsvSource({"1, 800", "2, 800", "6, 1300", "8, 1550", "10, 1800", "50, 1800"})
  void changesEvenlyBetweenWhatWasMeasured(String slowdown, long micros) {
    assertThat(SwitchLoss.parse("2:800, 10:1800").micros(Rational.parse(slowdown)))
        .isEqualTo(micros);
  }

  @Test
  void aNumberAloneIsForEverySlowdown() {
    assertThat(SwitchLoss.parse("1000").micros(Rational.parse("7/2"))).isEqualTo(1000);
    assertThat(SwitchLoss.parse("1000")).hasToString("1000");
  }

  /** A machine of half the speed has its core for half the time: it is stopped as one at 2 T. */
  @ParameterizedTest
  @CsvSource({"10, 1, 10", "10, 3/5, 16.667", "20, 2, 10", "1, 1, 1", "5/2, 1/2, 5"})
  void slowMachinesAreStoppedAsFastOnesAtALargerT(String factor, String speed, String slowdown) {
    Rational cores = Frames.hostCpu(1, Rational.parse(speed), DilationFactor.parse(factor));
    assertThat(SwitchLoss.slowdown(cores)).isEqualTo(Rational.parse(slowdown));
  }

  @Test
  void isWrittenAsItIsRead() {
    SwitchLoss table = SwitchLoss.parse("10:1800,5/2:900");
    assertThat(table).hasToString("2.5:900,10:1800");
    assertThat(SwitchLoss.parse(table.toString())).isEqualTo(table);
    assertThat(table.with(Map.of(Rational.of(10), 5L))).hasToString("2.5:900,10:5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "2:", ":5", "2:800,", "2:-1", "2:9999999", "0:5", "2:1,2:2"})
  void refusesWhatIsNoTable(String text) {
    assertThatThrownBy(() -> SwitchLoss.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  /** A guest that lost L of every slice, measured under whatever correction, shows L. */
  @ParameterizedTest
  @CsvSource({"10000, 100000, 0, 1700", "11000, 100000, 1000, 1800", "9000, 18000, 500, 300"})
  void whatIsLostIsFoundUnderAnyCorrection(long quota, long period, long correction, long lost) {
    double ratio = (double) (quota - lost) / (quota - correction);
    assertThat(SwitchLoss.measured(new CpuCap(quota, period), correction, ratio)).hasValue(lost);
  }

  /** Of a quota of 11 ms 1 is for what is lost. */
  @Test
  void theWorkShareIsWhatIsLeftOfAQuota() {
    assertThat(SwitchLoss.workShare(new CpuCap(11_000, 100_000), 1_000)).isEqualTo(10.0 / 11);
    assertThat(SwitchLoss.workShare(new CpuCap(100_000, 100_000), 0)).isEqualTo(1);
  }

  @Test
  void aGuestThatIsNotStoppedSaysNothingOfWhatOthersLose() {
    assertThat(SwitchLoss.measured(new CpuCap(100_000, 100_000), 0, 0.9)).isEmpty();
  }

  @Test
  void whoeverDidMoreThanWasDueLostNothing() {
    long lost = SwitchLoss.measured(new CpuCap(10_000, 100_000), 0, 1.2).orElseThrow();
    assertThat(lost).as("so that readings around 0 have their median there").isEqualTo(-2000);
    assertThat(SwitchLoss.constant(500).with(Map.of(Rational.of(10), lost)).micros(Rational.of(10)))
        .isZero();
  }
}
