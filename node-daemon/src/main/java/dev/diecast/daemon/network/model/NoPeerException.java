package dev.diecast.daemon.network.model;

import java.io.Serial;

/** An engine cannot know those of other hosts; the message holds the mend. */
final class NoPeerException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  NoPeerException(String message) {
    super(message);
  }
}
