package dev.diecast.standalone.cli.session;

import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.daemon.host.HostPreview;
import dev.diecast.standalone.UserDirectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine that the command line runs on, as a host of an instance. */
public final class ThisMachine {
  private ThisMachine() {}

  /** Its DilationHost as an instance's daemon would publish it; takes two seconds. */
  public static DilationHost host() throws IOException, InterruptedException {
    Path existing = UserDirectories.state();
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    return HostPreview.of(nodeName(), existing);
  }

  /** This machine's name as Kubernetes would have it: a DNS label. */
  static String nodeName() {
    try {
      String name =
          Files.readString(Path.of("/proc/sys/kernel/hostname"))
              .strip()
              .toLowerCase(java.util.Locale.ROOT)
              .replaceAll("\\..*", "")
              .replaceAll("[^a-z0-9-]", "-")
              .replaceAll("^-+|-+$", "");
      return name.isEmpty() ? "standalone" : name;
    } catch (IOException e) {
      return "standalone";
    }
  }
}
