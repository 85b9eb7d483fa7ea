package dev.diecast.daemon;

import dev.diecast.core.cpu.SwitchLoss;
import dev.diecast.daemon.clock.ClockSettings;
import dev.diecast.daemon.cpu.CpuCorrection;
import dev.diecast.daemon.host.HostSettings;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * How this daemon was told to run. Every setting is a MicroProfile property, so {@code
 * diecast.state-directory} may be given as the environment variable {@code
 * DIECAST_STATE_DIRECTORY}.
 *
 * @param nodeName {@code NODE_NAME}: name of this host's Kubernetes node, and of its DilationHost
 * @param stateDirectory {@code diecast.state-directory}: where records of what was done are kept
 * @param proc {@code diecast.proc}
 * @param cgroup {@code diecast.cgroup}: cgroup mounts are looked for under it
 * @param sys {@code diecast.sys}: where block devices are described
 * @param interval {@code diecast.interval}: of the loop observe, compare, apply
 * @param hostInterval {@code diecast.host-interval}: of looking at the host's facts again
 * @param starvationWindow {@code diecast.starvation-window}: over which delivered CPU is judged
 * @param correction {@code diecast.switch-loss.tcg-micros}, {@code diecast.switch-loss.kvm-micros}:
 *     host time per CFS period that a capped vCPU loses to cold caches, and that is added to its
 *     cap: a number, or a table by T over relative speed, such as {@code 2:800,10:1800}
 * @param metricsPerNode {@code diecast.metrics.per-node}: expose series of each single node
 * @param undoOnExit {@code diecast.undo-on-exit}: take caps away when told to stop
 * @param networkAddress {@code diecast.network.address}: IP address of this host at which other
 *     hosts' daemons reach this one's pipes, by UDP; needed only where a model has several hosts
 * @param overheadCpu {@code diecast.overhead.cpu}: what a VM costs beside its vCPUs (emulator and
 *     I/O threads)
 * @param overheadMemory {@code diecast.overhead.memory}: QEMU's own memory; measured: a guest of 96
 *     MiB takes about 180 MiB of resident memory, so 128 MiB leaves room
 */
public record Settings(
    String nodeName,
    Path stateDirectory,
    Path proc,
    Path cgroup,
    Path sys,
    Duration interval,
    Duration hostInterval,
    Duration starvationWindow,
    CpuCorrection correction,
    ClockSettings clock,
    boolean metricsPerNode,
    boolean undoOnExit,
    Optional<String> networkAddress,
    Quantity overheadCpu,
    Quantity overheadMemory) {

  private static final Pattern NODE_NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

  /**
   * Reads and checks all settings.
   *
   * @param property value of a property, empty where it is not set
   * @throws IllegalArgumentException naming the setting and the mend
   */
  public static Settings read(Function<String, Optional<String>> property) {
    Reader reader = new Reader(property);
    Path state = Path.of(reader.text("diecast.state-directory", "/var/lib/diecast"));
    Settings settings =
        new Settings(
            nodeName(property.apply("NODE_NAME")),
            state.toAbsolutePath(),
            reader.directory("diecast.proc", "/proc"),
            reader.directory("diecast.cgroup", "/sys/fs/cgroup"),
            reader.directory("diecast.sys", "/sys"),
            reader.duration("diecast.interval", "PT1S"),
            reader.duration("diecast.host-interval", "PT5M"),
            reader.duration("diecast.starvation-window", "PT3S"),
            new CpuCorrection(
                reader.switchLoss("diecast.switch-loss.tcg-micros", "500"),
                reader.switchLoss("diecast.switch-loss.kvm-micros", "0")),
            new ClockSettings(
                reader.duration("diecast.clock.interval", "PT0.5S"),
                reader.duration("diecast.clock.window", "PT60S"),
                reader.number("diecast.clock.tolerance-ppm", 200)),
            reader.flag("diecast.metrics.per-node"),
            reader.flag("diecast.undo-on-exit"),
            reader.address("diecast.network.address"),
            reader.quantity("diecast.overhead.cpu", HostSettings.OVERHEAD_CPU),
            reader.quantity("diecast.overhead.memory", HostSettings.OVERHEAD_MEMORY));
    makeWritable(settings.stateDirectory);
    return settings;
  }

  private static String nodeName(Optional<String> name) {
    return name.filter(n -> NODE_NAME.matcher(n).matches())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "NODE_NAME is "
                        + name.map(n -> "\"" + n + "\", which is no node's name").orElse("not set")
                        + ": set it to the name of this host's Kubernetes node (in a pod: from the"
                        + " field spec.nodeName)"));
  }

  private static void makeWritable(Path directory) {
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, "writable", null));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "diecast.state-directory "
              + directory
              + " cannot be written ("
              + e
              + "): give a directory that is kept over restarts (DIECAST_STATE_DIRECTORY)",
          e);
    }
  }

  private record Reader(Function<String, Optional<String>> property) {
    String text(String name, String otherwise) {
      return property.apply(name).filter(v -> !v.isBlank()).orElse(otherwise);
    }

    Path directory(String name, String otherwise) {
      Path path = Path.of(text(name, otherwise));
      if (!Files.isDirectory(path)) {
        throw new IllegalArgumentException(name + ": there is no directory " + path);
      }
      return path;
    }

    Duration duration(String name, String otherwise) {
      String value = text(name, otherwise);
      try {
        Duration duration = Duration.parse(value.startsWith("P") ? value : "PT" + value);
        if (duration.compareTo(Duration.ofMillis(10)) >= 0) {
          return duration;
        }
      } catch (java.time.format.DateTimeParseException e) {
        // said below
      }
      throw new IllegalArgumentException(
          name + ": \"" + value + "\" is no duration of at least 10 ms: write it as 1s or PT0.5S");
    }

    long number(String name, long otherwise) {
      String value = text(name, Long.toString(otherwise));
      if (!value.matches("\\d{1,9}")) {
        throw new IllegalArgumentException(name + ": \"" + value + "\" is no whole number");
      }
      return Long.parseLong(value);
    }

    boolean flag(String name) {
      String value = text(name, "false");
      if (!value.equals("true") && !value.equals("false")) {
        throw new IllegalArgumentException(name + ": \"" + value + "\" is neither true nor false");
      }
      return Boolean.parseBoolean(value);
    }

    SwitchLoss switchLoss(String name, String otherwise) {
      try {
        return SwitchLoss.parse(text(name, otherwise));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
      }
    }

    Optional<String> address(String name) {
      String value = text(name, "");
      if (value.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(InetAddress.ofLiteral(value).getHostAddress());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            name + ": \"" + value + "\" is no IP address: write it as 192.0.2.7", e);
      }
    }

    Quantity quantity(String name, String otherwise) {
      String value = text(name, otherwise);
      try {
        Quantity quantity = Quantity.parse(value);
        if (quantity.getNumericalAmount().signum() >= 0) {
          return quantity;
        }
      } catch (IllegalArgumentException e) {
        // said below
      }
      throw new IllegalArgumentException(
          name + ": \"" + value + "\" is no quantity: write it as 20m or 128Mi");
    }
  }
}
