package dev.diecast.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RationalTest {

  @Test
  void isInLowestTermsWithPositiveDenominator() {
    assertThat(Rational.of(10, 4)).isEqualTo(Rational.of(5, 2));
    assertThat(Rational.of(3, -6)).isEqualTo(Rational.of(-1, 2));
    assertThat(Rational.of(0, 7)).isEqualTo(Rational.ZERO);
    assertThatThrownBy(() -> Rational.of(1, 0)).isInstanceOf(ArithmeticException.class);
  }

  @ParameterizedTest
  @CsvSource({"10,10", "10/4,5/2", "2.5,5/2", "0.6,3/5", "0,0", "007,7", "999999999/1,999999999"})
  void reads(String text, String canonical) {
    assertThat(Rational.parse(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        " 10",
        "10 ",
        "-1",
        "+1",
        "1e9",
        "abc",
        "1/",
        "/2",
        "1.",
        ".5",
        "1/2/3",
        "1.5/2",
        "0x10",
        "1_000",
        "1234567890",
        "NaN",
        "\u0661",
        "1\n"
      })
  void refusesAndSaysWhatToWrite(String text) {
    assertThatThrownBy(() -> Rational.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write it as 10, 5/2 or 2.5");
  }

  @Test
  void refusesZeroDenominator() {
    assertThatThrownBy(() -> Rational.parse("1/0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"1/0\" divides by zero: write a denominator from 1, such as 5/2");
  }

  @Test
  void cutsLongInputOffInTheMessage() {
    assertThatThrownBy(() -> Rational.parse("x".repeat(10_000)))
        .hasMessageStartingWith("\"" + "x".repeat(40) + "...\"")
        .satisfies(failure -> assertThat(failure.getMessage()).hasSizeLessThan(250));
  }

  @Test
  void readsBackBothItsForms() {
    Seeded.forAll(
        2000,
        random -> {
          Rational value = Seeded.rational(random, 1_000_000_000L);
          assertThat(Rational.parse(value.toString())).isEqualTo(value);
          Rational billionths = Rational.of(random.nextLong(1_000_000_000_000_000L), 1_000_000_000);
          assertThat(Rational.parse(billionths.toText())).isEqualTo(billionths);
        });
  }

  @Test
  void isAField() {
    Seeded.forAll(
        1000,
        random -> {
          Rational a = Seeded.rational(random, 1000).minus(Seeded.rational(random, 1000));
          Rational b = Seeded.rational(random, 1000).plus(Rational.ONE);
          assertThat(a.plus(b).minus(b)).isEqualTo(a);
          assertThat(a.times(b).dividedBy(b)).isEqualTo(a);
          assertThat(a.times(b.plus(a))).isEqualTo(a.times(b).plus(a.times(a)));
          assertThat(a.compareTo(b)).isEqualTo(Double.compare(a.toDouble(), b.toDouble()));
          assertThat(a.abs().signum()).isNotNegative();
        });
  }

  @ParameterizedTest
  @CsvSource({"5,2,3,2,3", "-5,2,-3,-3,-2", "7,3,2,2,3", "4,1,4,4,4"})
  void rounds(long numerator, long denominator, long nearest, long floor, long ceiling) {
    Rational value = Rational.of(numerator, denominator);
    assertThat(value.roundToLong()).isEqualTo(nearest);
    assertThat(value.floor()).isEqualTo(floor);
    assertThat(value.ceiling()).isEqualTo(ceiling);
  }

  @ParameterizedTest
  @CsvSource({"21,5,4.2", "10,1,10", "100,1,100", "1,3,1/3", "-1,2,-0.5", "0,1,0"})
  void showsDecimalsWhereTheyAreExact(long numerator, long denominator, String text) {
    assertThat(Rational.of(numerator, denominator).toText()).isEqualTo(text);
  }

  @Test
  void takesDecimalsOfAnyScale() {
    assertThat(Rational.of(new BigDecimal("1E+3"))).isEqualTo(Rational.of(1000));
    assertThat(Rational.of(new BigDecimal("0.250"))).isEqualTo(Rational.of(1, 4));
  }
}
