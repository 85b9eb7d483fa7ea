package dev.diecast.standalone.supervisor;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * What a supervisor has come to, in {@code supervisor.json} of its instance.
 *
 * @param phase how far it is
 * @param message the newest line of progress, or why it failed
 * @param since when it entered the phase, RFC 3339 UTC
 * @param pid the supervisor's own
 * @param apiPort of the Kubernetes API on 127.0.0.1, once it is known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SupervisorStatus(
    Phase phase,
    String message,
    String since,
    long pid,
    Integer apiPort,
    List<ComponentStatus> components) {

  /** How far the supervisor is. */
  public enum Phase {
    STARTING_CONTROL_PLANE,
    APPLYING_CRDS,
    STARTING_COMPONENTS,
    READY,
    STOPPING,
    STOPPED,
    FAILED
  }

  /**
   * One process.
   *
   * @param pid absent while it waits to be started again
   * @param port it listens on, on 127.0.0.1
   * @param ready whether it answers; of JVMs, at /q/health/ready, of Prometheus, at /-/ready
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ComponentStatus(
      String name, Long pid, Integer port, int restarts, boolean ready, String log) {}

  public SupervisorStatus {
    components = components == null ? List.of() : List.copyOf(components);
  }

  /** The status that an instance's supervisor wrote last; it may be dead since. */
  public static Optional<SupervisorStatus> read(Instance instance) {
    try {
      return Optional.of(
          new ObjectMapper().readValue(instance.statusFile().toFile(), SupervisorStatus.class));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Of that name, where it was started. */
  public Optional<ComponentStatus> component(String name) {
    return components.stream().filter(component -> component.name().equals(name)).findFirst();
  }

  void write(Path file) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    new ObjectMapper().writeValue(partial.toFile(), this);
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
