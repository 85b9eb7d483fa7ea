package dev.diecast.daemon.network.kernel;

import java.io.IOException;

/** A device's pipes could not be made, changed or taken away; the message names device and mend. */
public final class KernelPipesException extends IOException {
  private static final long serialVersionUID = 1;

  /** What stands against it. */
  public enum Reason {
    /** Somebody else's qdisc is at the device's root. */
    FOREIGN_QDISC,
    /** {@code tc} or a system call refused. */
    REFUSED,
    /** The kernel shows something else than what was asked for. */
    NOT_AS_WRITTEN
  }

  private final Reason reason;

  KernelPipesException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
