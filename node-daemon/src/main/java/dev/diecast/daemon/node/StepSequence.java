package dev.diecast.daemon.node;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.frame.DilationChange;
import dev.diecast.core.frame.DilationChange.Step;
import java.io.IOException;
import java.util.Iterator;

/**
 * One round of one VM: its clock and its resources in the order of {@link DilationChange}. The
 * pipes are its model's and not its own, so the round halts there and goes on once all VMs have
 * come so far and the pipes are done.
 */
final class StepSequence {

  /** What is done in a step. */
  interface Actions {
    /** Brings the clock to T where that can be done; returns the T in effect then. */
    DilationFactor clock();

    /** Caps vCPUs by this T. */
    void cpu(DilationFactor factor) throws IOException;

    /** Throttles disks by this T. */
    void disks(DilationFactor factor);
  }

  private final Actions actions;
  private final Iterator<Step> steps;
  private DilationChange change;
  private boolean atPipes;

  StepSequence(DilationChange change, Actions actions) {
    this.change = change;
    this.actions = actions;
    this.steps = change.order().iterator();
  }

  /** T that its resources have, and so its model's pipes. */
  DilationFactor ofResources() {
    return change.ofResources();
  }

  /** Takes the steps that come before the pipes. */
  void untilPipes() throws IOException {
    while (steps.hasNext()) {
      Step step = steps.next();
      if (step == Step.PIPES) {
        atPipes = true;
        return;
      }
      take(step);
    }
  }

  /** Whether all steps before the pipes were taken, and none failed. */
  boolean isAtPipes() {
    return atPipes;
  }

  /** Takes the steps that come after the pipes. */
  void afterPipes() throws IOException {
    while (steps.hasNext()) {
      take(steps.next());
    }
  }

  private void take(Step step) throws IOException {
    switch (step) {
      case CLOCK -> change = new DilationChange(actions.clock(), change.wanted());
      case CPU -> actions.cpu(change.ofResources());
      case DISKS -> actions.disks(change.ofResources());
      case PIPES -> throw new IllegalStateException("the pipes are their model's");
    }
  }
}
