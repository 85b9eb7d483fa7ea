package dev.diecast.daemon.host;

import dev.diecast.daemon.cgroup.CgroupHierarchy;
import dev.diecast.daemon.dilation.KvmModule;
import dev.diecast.daemon.network.kernel.KernelSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the host's facts by reading /proc and /sys. */
public final class HostProbe {
  private static final Path SYSTEM = Path.of("/sys/devices/system");

  private final Path proc;
  private final Path stateDirectory;
  private final Optional<CgroupHierarchy> hierarchy;
  private final Optional<TscRate> tsc;
  private final long diskBytes;
  private final KernelFeatures kernel;
  private final boolean netem;
  private final boolean htb;
  private final KernelSupport pipes;
  private final long coreIterationsPerSecond;

  /** Takes about a second, for counting the TSC. What cannot change while we run is read once. */
  public HostProbe(Path proc, Path stateDirectory, Optional<CgroupHierarchy> hierarchy)
      throws InterruptedException, IOException {
    this.proc = proc;
    this.stateDirectory = stateDirectory;
    this.hierarchy = hierarchy;
    this.tsc = TscProbe.measure();
    this.coreIterationsPerSecond = CoreSpeed.iterationsPerSecond();
    this.diskBytes = Files.getFileStore(stateDirectory).getUsableSpace();
    this.kernel = KernelFeatures.ofHost(proc);
    this.netem = kernel.has("sch_netem", "CONFIG_NET_SCH_NETEM", "netem_enqueue");
    this.htb = kernel.has("sch_htb", "CONFIG_NET_SCH_HTB", "htb_enqueue");
    this.pipes = KernelSupport.probe(kernel);
  }

  public HostFacts facts() throws IOException {
    var flags = kernel.processorFlags();
    return new HostFacts(
        processors(),
        memoryBytes(),
        diskBytes,
        tsc,
        line(SYSTEM.resolve("clocksource/clocksource0/current_clocksource")),
        flags.contains("constant_tsc") && flags.contains("nonstop_tsc"),
        coreIterationsPerSecond,
        hierarchy.map(CgroupHierarchy::version),
        hierarchy.map(h -> Files.isWritable(h.mountPoint())).orElse(false),
        Files.isWritable(Path.of("/dev/kvm")),
        netem,
        htb,
        kernel.isLoaded("diecast_kvm"),
        HostModuleProbe.obstacle(KvmModule.DEVICE),
        pipes.obstacle());
  }

  /** Online processors. */
  public static int processors() throws IOException {
    return countProcessors(line(SYSTEM.resolve("cpu/online")));
  }

  Path stateDirectory() {
    return stateDirectory;
  }

  /** The kernel's list format: {@code 0-3,8,10-11}. */
  static int countProcessors(String list) {
    int count = 0;
    for (String range : list.strip().split(",")) {
      String[] ends = range.split("-");
      int first = Integer.parseInt(ends[0]);
      count += (ends.length == 2 ? Integer.parseInt(ends[1]) : first) - first + 1;
    }
    return count;
  }

  private long memoryBytes() throws IOException {
    try (Stream<String> lines = Files.lines(proc.resolve("meminfo"))) {
      String total = lines.filter(l -> l.startsWith("MemTotal:")).findFirst().orElseThrow();
      return Long.parseLong(total.replaceAll("\\D+", "")) * 1024;
    }
  }

  private static String line(Path file) throws IOException {
    return Files.readString(file).strip();
  }
}
