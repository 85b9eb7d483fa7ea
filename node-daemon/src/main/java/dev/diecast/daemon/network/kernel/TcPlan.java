package dev.diecast.daemon.network.kernel;

import dev.diecast.daemon.network.kernel.DeviceTree.Leaf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The least that has to be done to a device, as arguments of {@code tc}. What is there already is
 * changed in place, so that no frame in it is lost. Pure.
 */
final class TcPlan {
  /** The kernel counts loss in 2^-32 and delay in nanoseconds, and tc prints both as decimals. */
  private static final int LOSS_TOLERANCE_PARTS = 20;

  /** tc prints 1234567 bit/s as 1234Kbit. */
  private static final double RATE_TOLERANCE = 1.01e-3;

  private static final double TIME_TOLERANCE = 1e-6;
  private static final int BURST_BYTES = 3200;

  private TcPlan() {}

  /**
   * @throws KernelPipesException where somebody else has a root qdisc on the device
   */
  static List<List<String>> changes(String device, TcState now, DeviceTree wanted)
      throws KernelPipesException {
    if (!now.isOurs() && !now.isDefault()) {
      throw new KernelPipesException(
          KernelPipesException.Reason.FOREIGN_QDISC,
          "device %s has a root qdisc %s %s that is not ours: remove it (tc qdisc del dev %s root), or take engine Core"
              .formatted(device, now.rootKind().orElse("?"), now.rootHandle(), device));
    }
    List<List<String>> commands = new ArrayList<>();
    // A default class that another takes the place of: HTB has no change for it.
    boolean fresh = !now.isOurs() || now.otherwise() != wanted.otherwise();
    if (fresh) {
      if (now.isOurs()) {
        commands.add(words("qdisc del dev %s root", device));
      }
      commands.add(
          words(
              "qdisc add dev %s root handle %s htb default %s",
              device, TcState.OURS, hex(wanted.otherwise())));
    }
    for (int minor : wanted.minors()) {
      leaf(device, minor, wanted.leaves().get(minor - 1), fresh ? null : now, commands);
    }
    if (!fresh) {
      surplus(device, now, wanted, commands);
    }
    return commands;
  }

  /** Whether a command alters what is there, and fails where it is not. */
  static boolean isInPlace(List<String> command) {
    return command.get(1).equals("change");
  }

  private static void leaf(
      String device, int minor, Leaf leaf, TcState now, List<List<String>> commands) {
    KernelPipe pipe = leaf.pipe();
    Long rate = now == null ? null : now.rates().get(minor);
    KernelPipe there = now == null ? null : now.pipes().get(minor);
    if (rate == null || there == null || !isSameRate(rate, there, pipe)) {
      commands.add(
          words(
              "class %s dev %s parent %s classid %s%s htb rate %sbps ceil %sbps burst %d cburst %d quantum 1514 overhead %d mpu %d",
              rate == null ? "add" : "change",
              device,
              TcState.OURS,
              TcState.OURS,
              hex(minor),
              pipe.bytesPerSecond(),
              pipe.bytesPerSecond(),
              BURST_BYTES,
              BURST_BYTES,
              KernelPipe.OVERHEAD_BYTES,
              KernelPipe.LEAST_BYTES));
    }
    if (there == null || !isSame(there, pipe)) {
      commands.add(netem(device, minor, pipe, there == null ? "add" : "change"));
    }
    for (String destination : leaf.destinations()) {
      TcState.Filter filter = now == null ? null : now.filters().get(destination);
      if (filter == null || filter.minor() != minor) {
        commands.add(filter(device, minor, destination, filter));
      }
    }
  }

  private static List<String> netem(String device, int minor, KernelPipe pipe, String verb) {
    return words(
        "qdisc %s dev %s parent %s%s handle %s: netem limit %d delay %sus loss %s%% rate %sbps %d",
        verb,
        device,
        TcState.OURS,
        hex(minor),
        hex(DeviceTree.LEAF_MAJOR + minor),
        pipe.limitPackets(),
        String.format(Locale.ROOT, "%.3f", pipe.delayNanos() / 1e3),
        String.format(Locale.ROOT, "%.7f", pipe.lossPartsPerBillion() / 1e7),
        pipe.bytesPerSecond(),
        KernelPipe.OVERHEAD_BYTES);
  }

  /** One that is there is changed in place: no frame goes past all pipes meanwhile. */
  private static List<String> filter(
      String device, int minor, String destination, TcState.Filter there) {
    return words(
        "filter %s %s%s flower dst_ip %s classid %s%s",
        there == null ? "add" : "change",
        place(device, destination),
        there == null ? "" : " handle " + there.number(),
        destination,
        TcState.OURS,
        hex(minor));
  }

  private static String place(String device, String destination) {
    boolean six = destination.contains(":");
    return "dev %s parent %s protocol %s pref %d"
        .formatted(
            device,
            TcState.OURS,
            six ? "ipv6" : "ip",
            six ? DeviceTree.IPV6_PREFERENCE : DeviceTree.IPV4_PREFERENCE);
  }

  /** What a tree that was larger has left; filters first, which refer to classes. */
  private static void surplus(
      String device, TcState now, DeviceTree wanted, List<List<String>> commands) {
    Set<String> kept = new HashSet<>();
    wanted.leaves().forEach(leaf -> kept.addAll(leaf.destinations()));
    now.filters().entrySet().stream()
        .filter(entry -> !kept.contains(entry.getKey()))
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            entry ->
                commands.add(
                    words(
                        "filter del %s handle %d flower",
                        place(device, entry.getKey()), entry.getValue().number())));
    now.rates().keySet().stream()
        .filter(minor -> minor > wanted.leaves().size())
        .sorted()
        .forEach(
            minor ->
                commands.add(
                    words("class del dev %s classid %s%s", device, TcState.OURS, hex(minor))));
  }

  /**
   * HTB's rate is shown cut to four digits, netem's in full; both are written together, HTB's
   * first, so the same in netem is the same in HTB.
   */
  private static boolean isSameRate(long shown, KernelPipe there, KernelPipe wanted) {
    return there.bytesPerSecond() == wanted.bytesPerSecond()
        && Math.abs(shown - wanted.bytesPerSecond())
            <= Math.max(1, wanted.bytesPerSecond() * RATE_TOLERANCE);
  }

  /** As far as tc shows it. */
  static boolean isSame(KernelPipe there, KernelPipe wanted) {
    return there.bytesPerSecond() == wanted.bytesPerSecond()
        && there.limitPackets() == wanted.limitPackets()
        && Math.abs(there.delayNanos() - wanted.delayNanos())
            <= Math.max(100, wanted.delayNanos() * TIME_TOLERANCE)
        && Math.abs(there.lossPartsPerBillion() - wanted.lossPartsPerBillion())
            <= Math.max(LOSS_TOLERANCE_PARTS, wanted.lossPartsPerBillion() * TIME_TOLERANCE);
  }

  private static String hex(int number) {
    return Integer.toHexString(number);
  }

  static List<String> words(String format, Object... arguments) {
    return List.of(String.format(Locale.ROOT, format, arguments).split(" "));
  }
}
