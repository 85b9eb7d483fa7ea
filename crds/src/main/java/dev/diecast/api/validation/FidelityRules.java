package dev.diecast.api.validation;

import dev.diecast.api.v1alpha1.FidelityThresholds;

/** The thresholds of fidelity: the bounds of the schema, in words. */
final class FidelityRules {

  static void check(FidelityThresholds thresholds, FieldErrors at) {
    within(
        thresholds.clockPartsPerMillion(),
        1,
        FidelityThresholds.MOST_CLOCK_PPM,
        at.at("clockPartsPerMillion"));
    within(thresholds.cpuPercent(), 1, FidelityThresholds.MOST_CPU_PERCENT, at.at("cpuPercent"));
    within(
        thresholds.unfaithfulPercent(),
        0,
        FidelityThresholds.MOST_UNFAITHFUL_PERCENT,
        at.at("unfaithfulPercent"));
    within(
        thresholds.framesPerMillion(),
        0,
        FidelityThresholds.MOST_FRAMES_PER_MILLION,
        at.at("framesPerMillion"));
  }

  private static void within(Integer value, int least, int most, FieldErrors at) {
    if (value != null && (value < least || value > most)) {
      at.refuse("is " + value + ", and must be from " + least + " to " + most);
    }
  }

  private FidelityRules() {}
}
