package dev.diecast.standalone.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps libraries' logs off the user's terminal: what matters reaches the user as a message of
 * ours. Named by the system property {@code java.util.logging.config.class}.
 */
public final class Logging {
  public Logging() {
    Logger root = Logger.getLogger("");
    root.setLevel(System.getenv("DIECAST_DEBUG") == null ? Level.OFF : Level.INFO);
  }
}
