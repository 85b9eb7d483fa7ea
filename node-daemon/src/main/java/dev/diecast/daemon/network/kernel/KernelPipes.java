package dev.diecast.daemon.network.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The engine: observe, compare, change in place, read back. */
public final class KernelPipes {
  private final Tc tc;

  /**
   * @param namespace in which the devices are; empty: this process' own
   */
  public KernelPipes(Optional<Path> namespace) {
    this.tc = new Tc(namespace);
  }

  TcState observe(String device) throws IOException {
    return TcState.parse(
        tc.ask("qdisc", "show", "dev", device),
        tc.ask("class", "show", "dev", device),
        tc.ask("filter", "show", "dev", device));
  }

  /**
   * Brings a device to what is wanted.
   *
   * @return what was done; nothing where all was so already
   * @throws IllegalStateException where somebody else's qdisc is on the device
   * @throws IOException where tc refuses, or the kernel does not show what was asked for
   */
  public List<List<String>> apply(String device, DeviceTree wanted) throws IOException {
    List<List<String>> changes = TcPlan.changes(device, observe(device), wanted);
    if (!changes.isEmpty()) {
      tc.batch(changes);
      List<List<String>> left = TcPlan.changes(device, observe(device), wanted);
      if (!left.isEmpty()) {
        throw new IOException("the kernel does not show what was asked for: " + left.getFirst());
      }
    }
    return changes;
  }

  /** Frames that wait or are under way in our queues on a device. */
  public long queuedPackets(String device) throws IOException {
    long queued = 0;
    for (JsonNode qdisc : tc.ask("-s", "qdisc", "show", "dev", device)) {
      queued += qdisc.path("qlen").asLong();
    }
    return queued;
  }

  /** Takes ours away; the kernel puts its default back. */
  public void remove(String device) throws IOException {
    if (observe(device).isOurs()) {
      tc.batch(List.of(List.of("qdisc", "del", "dev", device, "root")));
    }
  }
}
