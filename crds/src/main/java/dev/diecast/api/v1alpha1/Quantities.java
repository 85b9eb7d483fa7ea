package dev.diecast.api.v1alpha1;

import dev.diecast.core.Rational;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Numbers out of Kubernetes quantities.
 *
 * <p>Source of the syntax: k8s.io/apimachinery/pkg/api/resource, type Quantity.
 */
public final class Quantities {

  /** The schema's bound; it keeps an exponent from filling the memory with zeros. */
  private static final int LONGEST = 40;

  private static final Pattern SYNTAX =
      Pattern.compile(
          "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?");

  /**
   * The quantity's exact value in its base unit (bytes, bits per second, cores).
   *
   * @throws IllegalArgumentException where it is null or no quantity
   */
  public static Rational exact(Quantity quantity) {
    return Rational.of(amount(quantity));
  }

  /**
   * The quantity rounded up to whole base units, as Kubernetes rounds.
   *
   * @throws IllegalArgumentException where it is null, no quantity, or too large for a long
   */
  public static long wholeUnits(Quantity quantity) {
    try {
      return amount(quantity).setScale(0, RoundingMode.CEILING).longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("\"" + quantity + "\" is too large", e);
    }
  }

  private static BigDecimal amount(Quantity quantity) {
    if (quantity == null || quantity.getAmount() == null) {
      throw new IllegalArgumentException("a quantity is missing");
    }
    String text = quantity.getAmount() + Objects.requireNonNullElse(quantity.getFormat(), "");
    if (text.length() > LONGEST || !SYNTAX.matcher(text).matches()) {
      String shown = text.substring(0, Math.min(text.length(), LONGEST));
      throw new IllegalArgumentException("\"" + shown + "\" is no quantity");
    }
    return quantity.getNumericalAmount();
  }

  private Quantities() {}
}
