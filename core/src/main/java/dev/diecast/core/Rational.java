package dev.diecast.core;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An exact fraction in lowest terms with a positive denominator.
 *
 * <p>Dilation factors and relative speeds are rationals and never doubles: a resource of a node is
 * scaled once per frame change, and the product must be the same in every part of the system.
 */
public record Rational(BigInteger numerator, BigInteger denominator)
    implements Comparable<Rational> {

  public static final Rational ZERO = of(0);
  public static final Rational ONE = of(1);

  /** {@code 10}, {@code 5/2} or {@code 2.5}; nine digits at most on each side. */
  private static final Pattern SYNTAX = Pattern.compile("(\\d{1,9})(?:/(\\d{1,9})|\\.(\\d{1,9}))?");

  public Rational {
    Objects.requireNonNull(numerator);
    if (denominator.signum() == 0) {
      throw new ArithmeticException("denominator is zero");
    }
    BigInteger divisor = numerator.gcd(denominator);
    if (denominator.signum() < 0) {
      divisor = divisor.negate();
    }
    numerator = numerator.divide(divisor);
    denominator = denominator.divide(divisor);
  }

  public static Rational of(long value) {
    return new Rational(BigInteger.valueOf(value), BigInteger.ONE);
  }

  public static Rational of(long numerator, long denominator) {
    return new Rational(BigInteger.valueOf(numerator), BigInteger.valueOf(denominator));
  }

  public static Rational of(BigDecimal value) {
    BigDecimal plain = value.scale() < 0 ? value.setScale(0) : value;
    return new Rational(plain.unscaledValue(), BigInteger.TEN.pow(plain.scale()));
  }

  /**
   * Reads a non-negative rational written as {@code 10}, {@code 5/2} or {@code 2.5}.
   *
   * @throws IllegalArgumentException with a message that says what is accepted
   */
  public static Rational parse(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "%s is not a number that is accepted here: write it as 10, 5/2 or 2.5, %s"
              .formatted(
                  quoted(text), "without sign, blanks or exponent, at most nine digits a side"));
    }
    if (matcher.group(2) != null) {
      BigInteger denominator = new BigInteger(matcher.group(2));
      if (denominator.signum() == 0) {
        throw new IllegalArgumentException(
            "%s divides by zero: write a denominator from 1, such as 5/2".formatted(quoted(text)));
      }
      return new Rational(new BigInteger(matcher.group(1)), denominator);
    }
    return of(new BigDecimal(text));
  }

  /** As messages show what was given: in quotes, cut off where it is long. */
  private static String quoted(String text) {
    int shown = 40;
    return text.length() <= shown ? '"' + text + '"' : '"' + text.substring(0, shown) + "...\"";
  }

  public Rational plus(Rational other) {
    return new Rational(
        numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
        denominator.multiply(other.denominator));
  }

  public Rational minus(Rational other) {
    return plus(new Rational(other.numerator.negate(), other.denominator));
  }

  public Rational times(Rational other) {
    return new Rational(
        numerator.multiply(other.numerator), denominator.multiply(other.denominator));
  }

  public Rational times(long factor) {
    return times(of(factor));
  }

  public Rational dividedBy(Rational other) {
    return new Rational(
        numerator.multiply(other.denominator), denominator.multiply(other.numerator));
  }

  public Rational dividedBy(long divisor) {
    return dividedBy(of(divisor));
  }

  /** -1, 0 or 1. */
  public int signum() {
    return numerator.signum();
  }

  /** Rounded to the nearest whole number, halves up. */
  public BigInteger round() {
    return rounded(RoundingMode.HALF_UP);
  }

  /** The greatest whole number that is not above this. */
  public BigInteger floor() {
    return rounded(RoundingMode.FLOOR);
  }

  /** The least whole number that is not below this. */
  public BigInteger ceiling() {
    return rounded(RoundingMode.CEILING);
  }

  private BigInteger rounded(RoundingMode mode) {
    return new BigDecimal(numerator)
        .divide(new BigDecimal(denominator), 0, mode)
        .toBigIntegerExact();
  }

  public Rational abs() {
    return signum() < 0 ? new Rational(numerator.negate(), denominator) : this;
  }

  /** Rounded to the nearest whole number, halves up; throws where a long cannot hold it. */
  public long roundToLong() {
    return round().longValueExact();
  }

  public double toDouble() {
    return new BigDecimal(numerator)
        .divide(new BigDecimal(denominator), MathContext.DECIMAL64)
        .doubleValue();
  }

  @Override
  public int compareTo(Rational other) {
    return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator));
  }

  /**
   * For people: as a decimal where one with at most nine decimals is exact ({@code 4.2}), else as
   * {@link #toString()}. {@link #parse} reads it back.
   */
  public String toText() {
    Rational billionths = times(1_000_000_000L);
    return billionths.denominator.equals(BigInteger.ONE)
        ? new BigDecimal(billionths.numerator, 9).stripTrailingZeros().toPlainString()
        : toString();
  }

  /** The canonical form: {@code 10} or {@code 5/2}; {@link #parse} reads it back. */
  @Override
  public String toString() {
    return denominator.equals(BigInteger.ONE)
        ? numerator.toString()
        : numerator + "/" + denominator;
  }
}
