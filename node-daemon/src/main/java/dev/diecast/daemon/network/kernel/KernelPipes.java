package dev.diecast.daemon.network.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.daemon.linux.Offloads;
import dev.diecast.daemon.linux.SystemCallException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The engine: observe, compare, change in place, read back. Ours are the qdisc {@code dc0:} and
 * what is below it; nothing else is changed. State is in the kernel alone, so a daemon that starts
 * anew goes on where its predecessor stopped. Needs root and iproute2. Closing it leaves all pipes
 * as they are, and lets go of the namespace.
 */
public final class KernelPipes implements AutoCloseable {
  private final Tc tc;

  /** What was on each device when it was last looked at. */
  private final Map<String, TcState> seen = new ConcurrentHashMap<>();

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
    List<List<String>> changes = new ArrayList<>(atOnce(device, wanted));
    TcState now = observe(device);
    List<List<String>> left = TcPlan.changes(device, now, wanted);
    if (!left.isEmpty()) {
      changes.addAll(left);
      turnOffloadsOff(device);
      tc.batch(left);
      now = observe(device);
      verify(device, now, wanted);
    }
    seen.put(device, now);
    tc.prepare();
    return changes;
  }

  /**
   * A change of what was there when it was last looked at, before it is looked at again: to look
   * takes three programs, while what is queued goes on at the old rate. Only what changes in place,
   * so that on another device of that name the kernel refuses the first command of it.
   *
   * @return what was done
   */
  private List<List<String>> atOnce(String device, DeviceTree wanted) throws IOException {
    TcState before = seen.remove(device);
    if (before == null || !before.isOurs()) {
      return List.of();
    }
    List<List<String>> changes = TcPlan.changes(device, before, wanted);
    if (changes.isEmpty() || !changes.stream().allMatch(TcPlan::isInPlace)) {
      return List.of();
    }
    try {
      tc.batch(changes);
      return changes;
    } catch (KernelPipesException notAsItWas) {
      // What is there now is looked at next.
      return List.of();
    }
  }

  /**
   * Marks all frames that come in by a device, so that wherever they leave this namespace they do
   * so through the pipe of this mark ({@link DeviceTree#byMark}). Once for each device.
   *
   * <p>The kernel forgets a frame's priority when it enters a namespace, and HTB takes one that is
   * a class of its own for that class (Linux, net/sched/sch_htb.c: htb_classify); so no frame can
   * bring a mark along.
   */
  public void mark(String device, int mark) throws IOException {
    tc.batch(
        List.of(
            TcPlan.words("qdisc add dev %s clsact", device),
            TcPlan.words(
                "filter add dev %s ingress protocol all pref 1 flower action skbedit priority %s%x",
                device, TcState.OURS, DeviceTree.minorOfMark(mark))));
  }

  private static void verify(String device, TcState now, DeviceTree wanted)
      throws KernelPipesException {
    List<List<String>> left = TcPlan.changes(device, now, wanted);
    if (!left.isEmpty()) {
      throw new KernelPipesException(
          KernelPipesException.Reason.NOT_AS_WRITTEN,
          "device %s: the kernel does not show \"tc %s\": see that no other program changes its qdiscs"
              .formatted(device, String.join(" ", left.getFirst())));
    }
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
    seen.remove(device);
    if (observe(device).isOurs()) {
      tc.batch(List.of(List.of("qdisc", "del", "dev", device, "root", "handle", TcState.OURS)));
    }
  }

  @Override
  public void close() {
    tc.close();
  }
}
