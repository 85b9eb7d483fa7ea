package dev.diecast.standalone;

/**
 * This machine lacks something that is needed. The message says what it is, the mend what the user
 * can do about it.
 */
public final class SetupException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String mend;

  public SetupException(String problem, String mend) {
    this(problem, mend, null);
  }

  public SetupException(String problem, String mend, Throwable cause) {
    // Problems often end in what another program said, full stop and all.
    super(problem.replaceFirst("[.\\s]+$", "") + ". " + mend, cause);
    this.mend = mend;
  }

  /** What to do, as one sentence; also the end of the message. */
  public String mend() {
    return mend;
  }
}
