package dev.diecast.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DilationFactorTest {

  @ParameterizedTest
  @CsvSource({"1,1", "10,10", "10/4,5/2", "2.5,5/2", "1000,1000", "4.2,21/5", "3000/3,1000"})
  void reads(String text, String canonical) {
    DilationFactor factor = DilationFactor.parse(text);
    assertThat(factor).hasToString(canonical);
    assertThat(DilationFactor.parse(factor.toString())).isEqualTo(factor);
    assertThat(DilationFactor.parse(factor.toText())).isEqualTo(factor);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"abc", "-1", "1e9", "", " 10", "10 ", "auto", "1,5", "1//2", "-5/2", "1e1"})
  void refusesWhatIsNoNumber(String text) {
    assertThatThrownBy(() -> DilationFactor.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("time dilation factor \"" + text + "\"")
        .hasMessageContaining("write it as 10, 5/2 or 2.5")
        .hasMessageEndingWith("from 1 to 1000");
  }

  @Test
  void refusesZeroDenominator() {
    assertThatThrownBy(() -> DilationFactor.parse("1/0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"1/0\" divides by zero")
        .hasMessageContaining("such as 5/2");
  }

  @ParameterizedTest
  @CsvSource({"0,0", "0.5,0.5", "1/2,0.5", "99/100,0.99", "0/5,0"})
  void refusesWhatIsBelowOne(String text, String shown) {
    assertThatThrownBy(() -> DilationFactor.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a time dilation factor of " + shown + " ")
        .hasMessageContaining("write 1 for undilated time, or more, such as 10, 5/2 or 2.5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1001", "1000.000000001", "999999999"})
  void refusesWhatIsAboveTheMaximum(String text) {
    assertThatThrownBy(() -> DilationFactor.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a time dilation factor of " + text + " is too large: write at most 1000");
  }

  @Test
  void isOrderedByValue() {
    assertThat(DilationFactor.parse("5/2"))
        .isLessThan(DilationFactor.of(3))
        .isGreaterThan(DilationFactor.NONE)
        .isEqualByComparingTo(DilationFactor.parse("2.5"));
  }
}
