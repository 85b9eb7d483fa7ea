package dev.diecast.daemon.record;

import java.io.IOException;
import java.nio.file.Path;

/** A record could not be brought to stable storage; says where, why and what would mend it. */
public final class RecordNotWritableException extends IOException {
  private static final long serialVersionUID = 1;

  RecordNotWritableException(Path file, IOException cause) {
    super(
        "writing the record "
            + file
            + ": "
            + cause.getMessage()
            + " (give the daemon a state directory with room that it may write)",
        cause);
  }
}
