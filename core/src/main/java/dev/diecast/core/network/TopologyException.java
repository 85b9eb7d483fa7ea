package dev.diecast.core.network;

import java.io.Serial;

/**
 * A network that was asked for cannot be had as it stands. The message names the line and column of
 * the file, or the field or flag, and the mend.
 */
public final class TopologyException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public TopologyException(String message) {
    super(message);
  }

  public TopologyException(String message, Throwable cause) {
    super(message, cause);
  }

  /** With the place in the text that it is about; lines and columns count from 1. */
  public static TopologyException at(int line, int column, String message) {
    return new TopologyException("line %d, column %d: %s".formatted(line, column, message));
  }
}
