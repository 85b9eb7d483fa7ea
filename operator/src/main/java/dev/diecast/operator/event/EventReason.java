package dev.diecast.operator.event;

/** What the operator tells people by Kubernetes events. */
public enum EventReason {
  Accepted("Normal"),
  Refused("Warning"),
  Placed("Normal"),
  NoHosts("Warning"),
  NoDriver("Warning"),
  DoesNotFit("Warning"),
  Restarting("Normal"),
  DilationChanging("Normal"),
  Provisioned("Normal"),
  VirtualMachineFailed("Warning"),
  Ready("Normal"),
  Unfaithful("Warning"),
  DaemonSilent("Warning"),
  FaithfulAgain("Normal");

  private final String type;

  EventReason(String type) {
    this.type = type;
  }

  /** {@code Normal} or {@code Warning}. */
  public String type() {
    return type;
  }
}
