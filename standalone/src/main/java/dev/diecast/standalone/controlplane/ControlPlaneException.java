package dev.diecast.standalone.controlplane;

/** The control plane cannot be had or started; the message says why and what mends it. */
public final class ControlPlaneException extends RuntimeException {

  public ControlPlaneException(String message) {
    super(message);
  }

  public ControlPlaneException(String message, Throwable cause) {
    super(message, cause);
  }
}
