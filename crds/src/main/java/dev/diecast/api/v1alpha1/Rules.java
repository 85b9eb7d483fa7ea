package dev.diecast.api.v1alpha1;

/**
 * Patterns and CEL rules of the schema. {@code dev.diecast.api.validation} says the same in Java,
 * for API servers without CEL and for files that have not met a server yet.
 */
public final class Rules {

  /** One label of a DNS name (RFC 1123). */
  public static final String DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

  /** A DNS name: labels with dots between them. */
  public static final String DNS_NAME =
      "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

  /**
   * An image's name, with a tag or digest where wanted.
   *
   * <p>Source: distribution/reference, reference-regexp.go; the domain's letters are not looked at
   * one by one.
   */
  public static final String IMAGE =
      "^([a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]{1,5})?/)?[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*"
          + "(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*"
          + "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[a-f0-9]{64})?$";

  /** Characters of a DNS label; a node's name is one. */
  public static final int LONGEST_NODE_NAME = 63;

  private static final String SWITCH_LOSS =
      ".matches('^([0-9]{1,7}|[0-9./]{1,19}:[0-9]{1,7}(,[0-9./]{1,19}:[0-9]{1,7})*)$')";

  /** In the form that {@code dev.diecast.core.cpu.SwitchLoss} reads. */
  static final String SWITCH_LOSSES =
      "(!has(self.emulatedMicros) || self.emulatedMicros"
          + SWITCH_LOSS
          + ") && (!has(self.virtualisedMicros) || self.virtualisedMicros"
          + SWITCH_LOSS
          + ")";

  static final String RATIONAL_MESSAGE = "written as 10, 5/2 or 2.5";

  static final String FACTOR =
      "(self.matches('^[0-9]{1,9}/[0-9]{1,9}$') && int(self.split('/')[1]) > 0"
          + " && int(self.split('/')[0]) >= int(self.split('/')[1])"
          + " && int(self.split('/')[0]) <= 1000 * int(self.split('/')[1]))"
          + " || (self.matches('^[0-9]{1,9}([.][0-9]{1,9})?$')"
          + " && double(self) >= 1.0 && double(self) <= 1000.0)";

  static final String POSITIVE =
      "(self.matches('^[0-9]{1,9}/[0-9]{1,9}$')"
          + " && int(self.split('/')[0]) > 0 && int(self.split('/')[1]) > 0)"
          + " || (self.matches('^[0-9]{1,9}([.][0-9]{1,9})?$') && double(self) > 0.0)";

  static final String POSITIVE_QUANTITY =
      "isQuantity(string(self)) && quantity(string(self)).isGreaterThan(quantity('0'))";

  /** Below this no stock kernel unpacks its initial file system. */
  public static final String LEAST_MEMORY = "32Mi";

  static final String ENOUGH_MEMORY =
      "isQuantity(string(self)) && !quantity(string(self)).isLessThan(quantity('"
          + LEAST_MEMORY
          + "'))";

  private Rules() {}
}
