package dev.diecast.operator.vm;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;

/**
 * Writes quantities of a template as KubeVirt's webhook writes them back: it reads the whole
 * VirtualMachine and writes the whole of it anew, so that {@code 1024Mi} is stored as {@code 1Gi},
 * which would differ from what was applied for ever.
 *
 * <p>The form is apimachinery's (pkg/api/resource, Quantity.CanonicalizeBytes): no fraction, and
 * the greatest suffix of the same kind, powers of 1024 or of 1000.
 */
final class CanonicalQuantities {

  private static final String[] BINARY = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  private static final String[] DECIMAL = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
  private static final BigDecimal KIBI = BigDecimal.valueOf(1024);
  private static final BigDecimal KILO = BigDecimal.valueOf(1000);
  private static final int NANO_DIGITS = 9;

  private CanonicalQuantities() {}

  /** In place; a text that is no quantity stays: KubeVirt refuses it in its own words. */
  static void in(Map<String, Object> template) {
    rewrite(template, "spec", "domain", "memory");
    rewrite(template, "spec", "domain", "resources", "requests");
    rewrite(template, "spec", "domain", "resources", "limits");
    for (Object volume : Fields.list(template, "spec", "volumes")) {
      if (volume instanceof Map<?, ?> fields) {
        rewriteCapacity(fields.get("emptyDisk"));
        rewriteCapacity(fields.get("hostDisk"));
      }
    }
  }

  /** One quantity in its canonical form. */
  static String of(Quantity quantity) {
    BigDecimal amount = Quantity.getAmountInBytes(quantity);
    boolean binary = quantity.getFormat() != null && quantity.getFormat().endsWith("i");
    // Below 1024 there is nothing binary to say.
    return binary && amount.abs().compareTo(KIBI) >= 0
        ? scaled(amount.setScale(0, RoundingMode.CEILING), KIBI, BINARY)
        : scaled(
            amount.movePointRight(NANO_DIGITS).setScale(0, RoundingMode.CEILING), KILO, DECIMAL);
  }

  private static String scaled(BigDecimal amount, BigDecimal step, String... suffixes) {
    if (amount.signum() == 0) {
      return "0";
    }
    BigDecimal mantissa = amount;
    int suffix = 0;
    while (suffix < suffixes.length - 1 && mantissa.remainder(step).signum() == 0) {
      mantissa = mantissa.divide(step);
      suffix++;
    }
    return mantissa.toBigIntegerExact() + suffixes[suffix];
  }

  private static void rewrite(Map<String, Object> template, String... path) {
    if (Fields.has(template, path)) {
      Fields.object(template, path).replaceAll((_, value) -> canonical(value));
    }
  }

  @SuppressWarnings("unchecked")
  private static void rewriteCapacity(Object source) {
    if (source instanceof Map<?, ?> fields && fields.containsKey("capacity")) {
      ((Map<String, Object>) fields).replace("capacity", canonical(fields.get("capacity")));
    }
  }

  private static Object canonical(Object value) {
    List<Class<?>> written = List.of(String.class, Integer.class, Long.class, Double.class);
    if (!written.contains(value == null ? Void.class : value.getClass())) {
      return value; // hugepages and the like are objects
    }
    try {
      return of(new Quantity(value.toString()));
    } catch (IllegalArgumentException e) {
      return value;
    }
  }
}
