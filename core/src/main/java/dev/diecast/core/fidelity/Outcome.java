package dev.diecast.core.fidelity;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** A judgement of what a guest saw. */
public enum Outcome {
  PASS,
  FAIL,
  /** Not measured, or not finely enough to tell. */
  UNKNOWN;

  /** Of several: one that fails fails all, and of none nothing is known. */
  public static Outcome together(Collection<Outcome> outcomes) {
    Set<Outcome> found =
        outcomes.stream().collect(Collectors.toCollection(() -> EnumSet.noneOf(Outcome.class)));
    return found.contains(FAIL) ? FAIL : found.equals(Set.of(PASS)) ? PASS : UNKNOWN;
  }
}
