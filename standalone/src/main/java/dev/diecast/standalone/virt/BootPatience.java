package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.core.frame.Frames;
import dev.diecast.standalone.process.LogTail;
import java.time.Duration;
import java.util.List;

/** How long a guest's agent is waited for. */
record BootPatience(GuestHost host) {
  private static final int CONSOLE_LINES = 8;

  /** In host time, for T stretches a boot. */
  Duration of(ObjectNode instance) {
    return Frames.hostDuration(host.bootTimeout(), GuestLauncher.factor(instance));
  }

  /** What is said of a guest that has not answered by then, with its console's last words. */
  String lateness(ObjectNode instance) {
    List<String> console =
        LogTail.of(GuestLauncher.directory(host, instance).console(), CONSOLE_LINES);
    return "no guest agent after "
        + host.bootTimeout().toSeconds()
        + " s of guest time, which is "
        + of(instance).toSeconds()
        + " s of host time at T = "
        + GuestLauncher.factor(instance)
        + "; the console "
        + (console.isEmpty() ? "is empty" : "ends with:\n" + String.join("\n", console));
  }
}
