package dev.diecast.standalone.cli.session;

import dev.diecast.core.fidelity.Outcome;

/** What the process says to scripts. */
public final class ExitCode {
  /** Done, or the verdict is PASS. */
  public static final int OK = 0;

  /** The verdict is FAIL, or something broke. */
  public static final int FAILED = 1;

  /** Refused before anything was started: bad input, or this host cannot do it. */
  public static final int REFUSED = 2;

  /** The verdict is UNKNOWN: the run may be true, but that could not be shown. */
  public static final int UNKNOWN = 3;

  private ExitCode() {}

  public static int of(Outcome verdict) {
    return switch (verdict) {
      case PASS -> OK;
      case FAIL -> FAILED;
      case UNKNOWN -> UNKNOWN;
    };
  }
}
