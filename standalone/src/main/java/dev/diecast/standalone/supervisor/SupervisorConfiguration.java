package dev.diecast.standalone.supervisor;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.standalone.prometheus.PrometheusInstallation;
import dev.diecast.standalone.qemu.QemuInstallation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/**
 * What a supervisor is to run; written by whoever starts it.
 *
 * @param instance name of the instance
 * @param directory of the instance
 * @param cacheDirectory of this product: control plane programs, images
 * @param controlPlaneBinaries directory with the control plane's programs
 * @param apiServerMinorVersion the n of Kubernetes 1.n in there
 * @param apiPort 0 for any free one
 * @param nodeName of this machine
 * @param jvms operator and daemon
 * @param qemu to run guests with
 * @param guestBootTimeoutSeconds guest time within which a guest's agent is expected
 * @param prometheus what scrapes the daemon; null: nothing does
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SupervisorConfiguration(
    String instance,
    String directory,
    String cacheDirectory,
    String controlPlaneBinaries,
    int apiServerMinorVersion,
    int apiPort,
    String nodeName,
    List<Jvm> jvms,
    QemuInstallation qemu,
    int guestBootTimeoutSeconds,
    Prometheus prometheus) {

  /**
   * A part that runs as a JVM of its own: {@code java <flags> -jar <jar>}.
   *
   * @param name {@code operator} or {@code daemon}; its kubeconfig and log are called so
   * @param java the java program
   * @param environment variables beside those the supervisor sets (KUBECONFIG, NODE_NAME,
   *     QUARKUS_HTTP_HOST, QUARKUS_HTTP_PORT, DIECAST_STATE_DIRECTORY, DIECAST_INSTANCE)
   */
  public record Jvm(
      String name, String java, List<String> flags, String jar, Map<String, String> environment) {
    public Jvm {
      flags = List.copyOf(flags);
      environment = Map.copyOf(environment);
    }
  }

  /**
   * A Prometheus beside the instance.
   *
   * @param installation its programs
   * @param rules directory of alert rules
   * @param intervalSeconds host time between scrapes
   */
  public record Prometheus(
      PrometheusInstallation installation, String rules, int intervalSeconds) {}

  public SupervisorConfiguration {
    jvms = jvms == null ? List.of() : List.copyOf(jvms);
  }

  /** Reads it from an instance's directory. */
  public static SupervisorConfiguration read(Path file) throws IOException {
    return new ObjectMapper().readValue(file.toFile(), SupervisorConfiguration.class);
  }

  /**
   * Writes it for a supervisor that is about to be started, and removes the status of an earlier
   * one, which nobody is to take for the new one's.
   */
  public void write() throws IOException {
    Path file = toInstance().configurationFile();
    Files.createDirectories(file.getParent());
    Files.deleteIfExists(toInstance().statusFile());
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(partial.toFile(), this);
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  public Instance toInstance() {
    return new Instance(instance, Path.of(directory));
  }
}
