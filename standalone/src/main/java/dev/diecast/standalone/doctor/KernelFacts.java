package dev.diecast.standalone.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the host's kernel offers, read from /proc and /sys.
 *
 * @param root where those are: {@code /}, or a copy for tests
 * @param privileged whether we are root
 * @param tscKilohertz as KVM says
 */
record KernelFacts(Path root, boolean privileged, OptionalLong tscKilohertz) {

  private static final Pattern CPU_MEGAHERTZ = Pattern.compile("cpu MHz\\s*:\\s*([0-9.]+)");
  private static final Pattern MEM_AVAILABLE = Pattern.compile("MemAvailable:\\s*(\\d+) kB");

  static KernelFacts ofThisHost() {
    boolean root = Path.of("/proc/self").toFile().exists() && uid().equals("0");
    return new KernelFacts(Path.of("/"), root, KvmTscRate.kilohertz());
  }

  private static String uid() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(l -> l.startsWith("Uid:"))
          .map(l -> l.split("\\s+")[2])
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  Check timestampCounter() {
    String cpu = read("proc/cpuinfo");
    Set<String> flags =
        cpu.lines()
            .filter(l -> l.startsWith("flags"))
            .findFirst()
            .map(l -> Set.of(l.substring(l.indexOf(':') + 1).strip().split("\\s+")))
            .orElse(Set.of());
    String source = read("sys/devices/system/clocksource/clocksource0/current_clocksource").strip();
    String rate;
    if (tscKilohertz.isPresent()) {
      rate = tscKilohertz.getAsLong() + " kHz (KVM_GET_TSC_KHZ)";
    } else {
      Matcher guess = CPU_MEGAHERTZ.matcher(cpu);
      rate =
          guess.find()
              ? "about "
                  + Math.round(Double.parseDouble(guess.group(1)) * 1000)
                  + " kHz (/proc/cpuinfo, a guess)"
              : "rate unknown";
    }
    List<String> lacking =
        Stream.of("constant_tsc", "nonstop_tsc").filter(f -> !flags.contains(f)).toList();
    String found =
        rate
            + ", clocksource "
            + source
            + (lacking.isEmpty()
                ? ", constant and nonstop"
                : ", without " + String.join(" and ", lacking));
    if (!lacking.isEmpty()) {
      return Check.limited(
          "tsc",
          found,
          "Guests' clocks are the TSC: where it changes its rate or stops, fidelity is not assured. Use a machine with an invariant TSC");
    }
    if (tscKilohertz.isEmpty()) {
      return Check.limited(
          "tsc",
          found,
          "The daemon measures the rate when it starts; with access to /dev/kvm it is exact at once");
    }
    return Check.ok("tsc", found);
  }

  Check cgroup() {
    String own = read("proc/self/cgroup");
    Optional<String> v1 =
        own.lines()
            .filter(l -> Set.of(l.split(":", 3)[1].split(",")).contains("cpu"))
            .findFirst()
            .map(l -> l.split(":", 3)[2]);
    if (v1.isPresent()) {
      Optional<Path> mount = mountOf("cgroup", "cpu");
      if (mount.isEmpty()) {
        return Check.missing(
            "cgroup",
            "version 1, controller cpu is not mounted",
            "Mount it: mount -t cgroup -o cpu none /sys/fs/cgroup/cpu");
      }
      return writable("version 1, cpu at " + mount.get(), below(mount.get(), v1.get()));
    }
    Optional<Path> mount = mountOf("cgroup2", "");
    if (mount.isEmpty()) {
      return Check.missing(
          "cgroup",
          "no cgroup file system is mounted",
          "Mount it: mount -t cgroup2 none /sys/fs/cgroup");
    }
    String path =
        own.lines()
            .filter(l -> l.startsWith("0::"))
            .findFirst()
            .map(l -> l.substring(3))
            .orElse("/");
    Path directory = below(mount.get(), path);
    String controllers = read(root.relativize(directory.resolve("cgroup.controllers")).toString());
    if (!List.of(controllers.strip().split("\\s+")).contains("cpu")) {
      return Check.missing(
          "cgroup",
          "version 2, controller cpu is not given to " + path,
          "Run as root, or let systemd delegate it: systemd-run --user --scope -p Delegate=cpu …");
    }
    return writable("version 2, cpu at " + directory, directory);
  }

  private Check writable(String found, Path directory) {
    return privileged || Files.isWritable(directory)
        ? Check.ok("cgroup", found)
        : Check.missing(
            "cgroup",
            found + ", not writable",
            "vCPUs are capped by cgroups: run as root, or have a cgroup delegated to you (systemd-run --user --scope -p Delegate=cpu …)");
  }

  private Path below(Path mount, String path) {
    Path inside = mount.resolve(path.substring(1));
    // In a container the path may be the host's, which is not visible here.
    return Files.isDirectory(inside) ? inside : mount;
  }

  /** Where a file system of that type is mounted, with that option among its super options. */
  private Optional<Path> mountOf(String type, String option) {
    return read("proc/self/mountinfo")
        .lines()
        .map(l -> l.split(" - ", 2))
        .filter(halves -> halves.length == 2)
        .filter(
            halves -> {
              String[] fileSystem = halves[1].split(" ");
              return fileSystem[0].equals(type)
                  && (option.isEmpty() || Set.of(fileSystem[2].split(",")).contains(option));
            })
        .map(halves -> root.resolve(halves[0].split(" ")[4].substring(1)))
        .findFirst();
  }

  Check queueingDiscipline(String name, String symbol, String module, String lost) {
    if (contains("proc/kallsyms", symbol)) {
      return Check.ok(name, "in the running kernel");
    }
    Path modules = root.resolve("lib/modules").resolve(release());
    boolean loadable =
        contains(root.relativize(modules.resolve("modules.dep")).toString(), "/" + module + ".ko")
            && moduleLoading().status() == Check.Status.OK;
    return loadable
        ? Check.ok(name, "as module " + module)
        : Check.limited(
            name,
            "not in kernel " + release(),
            "On this host " + lost + "; a stock Debian kernel has " + module);
  }

  Check moduleLoading() {
    if (!Files.exists(root.resolve("proc/modules"))) {
      return Check.limited(
          "modules",
          "kernel " + release() + " loads no modules",
          "Driver HostModule is not available; GuestKernel is. A stock Debian kernel loads modules");
    }
    if (read("proc/sys/kernel/modules_disabled").strip().equals("1")) {
      return Check.limited(
          "modules",
          "kernel.modules_disabled is 1",
          "Driver HostModule is not available; reboot without that setting to have it");
    }
    if (!Files.isDirectory(root.resolve("lib/modules").resolve(release()))) {
      return Check.limited(
          "modules",
          "no /lib/modules/" + release(),
          "Driver HostModule is not available; install the package of the running kernel to have it");
    }
    return privileged
        ? Check.ok("modules", "/lib/modules/" + release())
        : Check.limited("modules", "not root", "Driver HostModule needs root to load its module");
  }

  Check memory(long wanted) {
    Matcher matcher = MEM_AVAILABLE.matcher(read("proc/meminfo"));
    long available = matcher.find() ? Long.parseLong(matcher.group(1)) * 1024 : 0;
    String found = (available >> 20) + " MiB available";
    return available >= wanted
        ? Check.ok("memory", found)
        : Check.limited(
            "memory",
            found,
            "%d MiB more are wanted for the control plane and six guests; smaller models run"
                .formatted((wanted - available) >> 20));
  }

  private String release() {
    return read("proc/sys/kernel/osrelease").strip();
  }

  private boolean contains(String file, String text) {
    try (Stream<String> lines =
        Files.lines(root.resolve(file), java.nio.charset.StandardCharsets.ISO_8859_1)) {
      return lines.anyMatch(line -> line.contains(text));
    } catch (IOException e) {
      return false;
    }
  }

  private String read(String file) {
    try {
      return Files.readString(root.resolve(file));
    } catch (IOException e) {
      return "";
    }
  }
}
