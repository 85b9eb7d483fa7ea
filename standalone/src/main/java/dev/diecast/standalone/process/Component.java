package dev.diecast.standalone.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A process to be kept running.
 *
 * @param name for people, and of the log file
 * @param command program and arguments
 * @param environment variables beside those inherited
 * @param log where stdout and stderr go, appended
 * @param port the port it listens on, where it has one
 */
public record Component(
    String name,
    List<String> command,
    Map<String, String> environment,
    Path log,
    OptionalInt port) {

  public Component {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }
}
