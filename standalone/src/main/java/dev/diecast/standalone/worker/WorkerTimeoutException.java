package dev.diecast.standalone.worker;

import java.io.IOException;

/** A command in a worker VM took longer than it may, and was killed with all that it started. */
public final class WorkerTimeoutException extends IOException {
  private static final long serialVersionUID = 1;

  WorkerTimeoutException(WorkerCommand command) {
    super(
        "%s did not end within %.1f s and was killed"
            .formatted(String.join(" ", command.argv()), command.timeout().toMillis() / 1000.0));
  }
}
