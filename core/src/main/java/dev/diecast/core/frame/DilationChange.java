package dev.diecast.core.frame;

import dev.diecast.core.DilationFactor;
import java.util.List;
import java.util.Objects;

/**
 * The order in which a guest's clock and its resources go from one T to another.
 *
 * <p>A resource that the host gives at rate {@code r/R} is seen by a guest whose clock goes at
 * {@code 1/T} as {@code r·T/R}: never faster than due as long as {@code R >= T}. So resources are
 * always those of the greater of the T in effect and the T wanted ({@link #ofResources}), which
 * makes the order: where T rises the clock goes last, where it falls the clock goes first. Where
 * the clock cannot be changed, resources stay slower than due rather than become faster.
 *
 * @param inEffect T by which the guest's clock goes now
 * @param wanted T by which it shall go
 */
public record DilationChange(DilationFactor inEffect, DilationFactor wanted) {

  /** What a change of T concerns, each applied as a whole. */
  public enum Step {
    /** Rate of the guest's clock and timers. */
    CLOCK,
    /** Caps of its vCPUs. */
    CPU,
    /** Limits and latency floors of its disks. */
    DISKS,
    /** The pipes of its model's network. */
    PIPES
  }

  private static final List<Step> RISING = List.of(Step.CPU, Step.DISKS, Step.PIPES, Step.CLOCK);
  private static final List<Step> FALLING = List.of(Step.CLOCK, Step.CPU, Step.DISKS, Step.PIPES);

  public DilationChange {
    Objects.requireNonNull(inEffect);
    Objects.requireNonNull(wanted);
  }

  /** All steps in their order; the same also where nothing changes. */
  public List<Step> order() {
    return isFalling() ? FALLING : RISING;
  }

  /** Whether the clock becomes faster, so that it goes first. */
  public boolean isFalling() {
    return wanted.compareTo(inEffect) < 0;
  }

  /** The T that resources are given for as long as this is the state. */
  public DilationFactor ofResources() {
    return isFalling() ? inEffect : wanted;
  }
}
