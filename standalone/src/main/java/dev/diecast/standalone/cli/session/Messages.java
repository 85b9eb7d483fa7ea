package dev.diecast.standalone.cli.session;

import io.fabric8.kubernetes.client.KubernetesClientException;

/** Says in one line what an exception means to a user. */
public final class Messages {
  private Messages() {}

  public static String of(Throwable failure) {
    if (failure instanceof KubernetesClientException client && client.getStatus() != null) {
      return "the API server answered: " + client.getStatus().getMessage();
    }
    StringBuilder text = new StringBuilder(own(failure));
    Throwable cause = failure.getCause();
    while (cause != null) {
      if (text.indexOf(own(cause)) < 0) {
        text.append(": ").append(own(cause));
      }
      cause = cause.getCause();
    }
    return text.toString();
  }

  private static String own(Throwable failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }
}
