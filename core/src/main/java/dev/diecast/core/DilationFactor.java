package dev.diecast.core;

import java.util.Objects;

/**
 * The time dilation factor T: while a guest's clock advances by one second, T seconds pass on the
 * host (Gupta et al., "To Infinity and Beyond", NSDI 2006, section 2).
 *
 * <p>T is a rational, {@code 1 <= T <= 1000}. At {@code T = 1} time is not dilated.
 */
public record DilationFactor(Rational value) implements Comparable<DilationFactor> {

  /** Beyond this a guest takes hours to boot and its cap falls below what a kernel can enforce. */
  public static final long MAXIMUM = 1000;

  public static final DilationFactor NONE = new DilationFactor(Rational.ONE);

  public DilationFactor {
    Objects.requireNonNull(value);
    if (value.compareTo(Rational.ONE) < 0) {
      throw new IllegalArgumentException(
          ("a time dilation factor of %s would speed time up:"
                  + " write 1 for undilated time, or more, such as 10, 5/2 or 2.5")
              .formatted(value.toText()));
    }
    if (value.compareTo(Rational.of(MAXIMUM)) > 0) {
      throw new IllegalArgumentException(
          "a time dilation factor of %s is too large: write at most %d"
              .formatted(value.toText(), MAXIMUM));
    }
  }

  /**
   * Reads {@code 10}, {@code 5/2} or {@code 2.5}.
   *
   * @throws IllegalArgumentException where the text is no rational or is out of range
   */
  public static DilationFactor parse(String text) {
    Rational value;
    try {
      value = Rational.parse(text);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          "time dilation factor " + malformed.getMessage() + ", from 1 to " + MAXIMUM, malformed);
    }
    return new DilationFactor(value);
  }

  public static DilationFactor of(long factor) {
    return new DilationFactor(Rational.of(factor));
  }

  @Override
  public int compareTo(DilationFactor other) {
    return value.compareTo(other.value);
  }

  /** For people: {@code 4.2} where the canonical form is {@code 21/5}. */
  public String toText() {
    return value.toText();
  }

  /** The canonical form, such as {@code 10} or {@code 5/2}. */
  @Override
  public String toString() {
    return value.toString();
  }
}
