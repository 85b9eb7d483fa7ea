package dev.diecast.daemon.network.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.daemon.linux.Offloads;
import dev.diecast.daemon.linux.SystemCallException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The engine: observe, compare, change in place, read back. Ours are the qdisc {@code dc0:} and
 * what is below it; nothing else is changed. State is in the kernel alone, so a daemon that starts
 * anew goes on where its predecessor stopped. Needs root and iproute2.
 */
public final class KernelPipes {
  private final Tc tc;

  /** In a namespace such as {@code /proc/7/ns/net}. */
  public static KernelPipes in(Path namespace) {
    return new KernelPipes(Optional.of(namespace));
  }

  /**
   * @param namespace in which the devices are; empty: this process' own
   */
  public KernelPipes(Optional<Path> namespace) {
    this.tc = new Tc(namespace);
  }

  TcState observe(String device) throws IOException {
    return TcState.parse(
        tc.ask("qdisc", "show", "dev", device),
        tc.text("class", "show", "dev", device),
        tc.ask("filter", "show", "dev", device));
  }

  /**
   * Brings a device to what is wanted.
   *
   * @return what was done; nothing where all was so already
   * @throws KernelPipesException where somebody else's qdisc is on the device, where tc refuses, or
   *     the kernel does not show what was asked for
   */
  public List<List<String>> apply(String device, DeviceTree wanted) throws IOException {
    List<List<String>> changes = TcPlan.changes(device, observe(device), wanted);
    if (!changes.isEmpty()) {
      turnOffloadsOff(device);
      tc.batch(changes);
      List<List<String>> left = TcPlan.changes(device, observe(device), wanted);
      if (!left.isEmpty()) {
        throw new KernelPipesException(
            KernelPipesException.Reason.NOT_AS_WRITTEN,
            "device %s: the kernel does not show \"tc %s\": see that no other program changes its qdiscs"
                .formatted(device, String.join(" ", left.getFirst())));
      }
    }
    return changes;
  }

  private void turnOffloadsOff(String device) throws IOException {
    try {
      tc.inside(
          () -> {
            Offloads.turnOff(device);
            return "";
          });
    } catch (SystemCallException e) {
      throw new KernelPipesException(
          KernelPipesException.Reason.REFUSED,
          "device %s: %s: its segmentation stays on, so that many frames pass as one; needs root in its namespace"
              .formatted(device, e.getMessage()));
    }
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
      tc.batch(List.of(List.of("qdisc", "del", "dev", device, "root", "handle", TcState.OURS)));
    }
  }
}
