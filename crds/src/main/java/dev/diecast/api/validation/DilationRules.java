package dev.diecast.api.validation;

import dev.diecast.api.v1alpha1.TimeDilation;
import dev.diecast.core.DilationFactor;
import java.util.Optional;

/** The time dilation asked for. */
final class DilationRules {

  private static final String RANGE =
      "a rational number from 1 to "
          + DilationFactor.MAXIMUM
          + ", such as \"10\", \"5/2\" or \"2.5\"";

  static void check(TimeDilation dilation, FieldErrors at) {
    if (dilation == null) {
      at.refuse("is required: factor at least");
      return;
    }
    if (dilation.factor() == null || dilation.factor().isEmpty()) {
      at.at("factor").refuse("is required: " + RANGE + ", or auto");
    } else if (!dilation.isAuto()) {
      checkFactor(dilation.factor(), RANGE + ", or auto", at.at("factor"));
    }
    if (dilation.max() != null) {
      checkFactor(dilation.max(), RANGE, at.at("max"));
    }
  }

  /** The largest T that may come to be; empty where it cannot be read. */
  static Optional<DilationFactor> largest(TimeDilation dilation) {
    try {
      if (dilation == null || dilation.factor() == null) {
        return Optional.empty();
      }
      return Optional.of(dilation.isAuto() ? dilation.maximum() : dilation.fixedFactor());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static void checkFactor(String text, String accepted, FieldErrors at) {
    try {
      DilationFactor.parse(text);
    } catch (IllegalArgumentException e) {
      at.refuse(FieldErrors.quote(text) + " is no time dilation factor: give " + accepted);
    }
  }

  private DilationRules() {}
}
