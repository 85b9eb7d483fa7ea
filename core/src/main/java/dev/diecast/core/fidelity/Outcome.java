package dev.diecast.core.fidelity;

/** A judgement of what a guest saw. */
public enum Outcome {
  PASS,
  FAIL,
  /** Not measured, or not finely enough to tell. */
  UNKNOWN
}
