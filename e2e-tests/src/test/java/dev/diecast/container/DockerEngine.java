package dev.diecast.container;

import dev.diecast.standalone.HostCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Docker engine on this machine, and a client of it.
 *
 * @param socket where it listens
 * @param client its command line
 * @param environment that the client needs, DOCKER_HOST too
 * @param description for whoever reads the log
 * @param end undoes what was done to have it
 */
record DockerEngine(
    Path socket, String client, Map<String, String> environment, String description, Runnable end)
    implements AutoCloseable {

  private static final Path USUAL = Path.of("/var/run/docker.sock");

  /** Why there is none. */
  static final class Unobtainable extends Exception {
    private static final long serialVersionUID = 1;

    Unobtainable(String why) {
      super(why);
    }
  }

  /**
   * The engine that DOCKER_HOST names, else the one at Docker's usual socket, else one of the
   * tests' own that {@link #close} ends.
   *
   * @throws Unobtainable when there is none and none can be started, or when it is elsewhere: its
   *     containers would not reach the API server on this machine's loopback
   */
  static DockerEngine obtain() throws Unobtainable, IOException {
    String named = System.getenv().getOrDefault("DOCKER_HOST", "");
    if (!named.isEmpty() && !named.startsWith("unix://")) {
      throw new Unobtainable(
          "DOCKER_HOST is %s, an engine whose containers cannot reach this machine's loopback: unset it or name a unix:// socket"
              .formatted(named));
    }
    Path socket = named.isEmpty() ? USUAL : Path.of(named.substring("unix://".length()));
    Optional<DockerEngine> there = answering(socket);
    if (there.isPresent()) {
      return there.get();
    }
    if (!named.isEmpty()) {
      throw new Unobtainable(
          "no engine answers at DOCKER_HOST=%s, or no docker is on the path to ask it"
              .formatted(named));
    }
    return OwnEngine.start();
  }

  private static Optional<DockerEngine> answering(Path socket) {
    Optional<Path> client = HostCommand.find("docker");
    if (client.isEmpty() || !Files.exists(socket)) {
      return Optional.empty();
    }
    DockerEngine engine =
        new DockerEngine(
            socket,
            client.get().toString(),
            Map.of("DOCKER_HOST", "unix://" + socket),
            "the machine's at " + socket,
            () -> {});
    return engine.answers() ? Optional.of(engine) : Optional.empty();
  }

  boolean answers() {
    return docker("version", "--format", "{{.Server.Version}}").succeeded();
  }

  /** The client with these arguments, to its end. */
  HostCommand.Result docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of(client));
    command.addAll(List.of(arguments));
    return HostCommand.of(command).environment(environment).timeoutSeconds(300).run();
  }

  @Override
  public void close() {
    end.run();
  }
}
