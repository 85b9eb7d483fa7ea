package dev.diecast.standalone.cli.session;

import dev.diecast.standalone.supervisor.Instance;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which API server a command that only reads is to ask. */
public final class ApiServerOption {
  static final String KUBECONFIG = "KUBECONFIG";

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = {
        "Ask the cluster of this kubeconfig.",
        "Default: $KUBECONFIG, unless --instance is given."
      })
  private String kubeconfig;

  @Option(
      names = "--context",
      paramLabel = "NAME",
      description = "Context of the kubeconfig (default: its current one).")
  private String context;

  @Option(
      names = "--instance",
      paramLabel = "NAME",
      description = "Ask that instance on this machine.")
  private String instance;

  /** What was named. */
  public sealed interface Target {

    /** On this machine; it may not run. */
    record OfInstance(Instance instance) implements Target {}

    /**
     * Any cluster.
     *
     * @param flag what named the kubeconfig, for messages
     * @param kubeconfig one path, or several as {@code $KUBECONFIG} may hold
     * @param context empty for the current one
     */
    record OfCluster(String flag, String kubeconfig, Optional<String> context) implements Target {}
  }

  /**
   * @return empty where neither a flag nor the environment names one
   * @throws Refusal where the flags contradict each other
   */
  public Optional<Target> target() {
    return target(Optional.ofNullable(System.getenv(KUBECONFIG)).filter(set -> !set.isBlank()));
  }

  Optional<Target> target(Optional<String> ofEnvironment) {
    if (instance != null && (kubeconfig != null || context != null)) {
      throw new Refusal(
          (kubeconfig != null ? "--kubeconfig" : "--context")
              + " and --instance name two API servers: leave one of them out");
    }
    if (instance != null) {
      return Optional.of(new Target.OfInstance(named(instance)));
    }
    Optional<String> wanted = Optional.ofNullable(context);
    if (kubeconfig != null) {
      return Optional.of(
          new Target.OfCluster(
              "--kubeconfig", Path.of(kubeconfig).toAbsolutePath().toString(), wanted));
    }
    if (wanted.isPresent() && ofEnvironment.isEmpty()) {
      throw new Refusal(
          "--context: of which kubeconfig? give --kubeconfig FILE, or set $KUBECONFIG");
    }
    return ofEnvironment.map(set -> new Target.OfCluster("$KUBECONFIG", set, wanted));
  }

  /** The instance that is meant where none is named. */
  public static Target defaultInstance() {
    return new Target.OfInstance(named(Instance.DEFAULT_NAME));
  }

  private static Instance named(String name) {
    try {
      return Instance.named(name);
    } catch (IllegalArgumentException e) {
      throw new Refusal("--instance: " + e.getMessage());
    }
  }
}
