package dev.diecast.standalone.cli.session;

import dev.diecast.standalone.supervisor.Instance;
import picocli.CommandLine.Option;

/** Which of several instances on this machine is meant. */
public final class InstanceOption {
  @Option(
      names = "--instance",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "Which instance on this machine (default: ${DEFAULT-VALUE}).")
  private String name;

  public Instance instance() {
    try {
      return Instance.named(name);
    } catch (IllegalArgumentException e) {
      throw new Refusal("--instance: " + e.getMessage());
    }
  }
}
