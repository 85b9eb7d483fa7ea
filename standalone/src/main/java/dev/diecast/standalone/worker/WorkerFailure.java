package dev.diecast.standalone.worker;

import dev.diecast.standalone.process.LogTail;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A worker VM that did not boot, or is no more. The message ends with its console's last lines. */
public final class WorkerFailure extends IOException {
  private static final long serialVersionUID = 1;
  private static final int LINES = 15;

  WorkerFailure(String what, Path console) {
    super(what + ends(LogTail.of(console, LINES)) + "\n(all of it: " + console + ")");
  }

  private static String ends(List<String> lines) {
    return lines.isEmpty()
        ? "; its console said nothing"
        : "; its console ends with:\n  " + String.join("\n  ", lines);
  }
}
