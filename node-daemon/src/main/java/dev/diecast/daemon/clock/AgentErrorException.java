package dev.diecast.daemon.clock;

import java.io.IOException;

/** The guest agent answered, and refused; the connection is still good. */
public final class AgentErrorException extends IOException {
  private static final long serialVersionUID = 1;

  AgentErrorException(String command, String description) {
    super(command + ": " + description);
  }
}
