package dev.diecast.standalone.virt;

import dev.diecast.core.disk.LatencyFloor;
import dev.diecast.standalone.process.LogTail;
import dev.diecast.standalone.qemu.DiskTools;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The empty disks of one guest: made anew at each start, on a block device each where there are
 * several, and served with delays where they have latency floors.
 */
final class GuestDisks implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long POLL_MILLIS = 5;

  private final GuestDirectory directory;
  private final boolean direct;
  private final List<Path> loops = new ArrayList<>();
  private final List<Process> servers = new ArrayList<>();
  private final Map<String, DiskSource> sources = new TreeMap<>();

  /**
   * What is to be served slowly.
   *
   * @param uuid of the machine, by which the daemon finds the servers
   * @param floors by the disk's name, host time
   * @param tools fetched when they are needed
   * @param environment of the servers
   */
  record Latencies(
      String uuid,
      Map<String, LatencyFloor> floors,
      Supplier<DiskTools> tools,
      Map<String, String> environment) {}

  private GuestDisks(GuestDirectory directory, boolean direct) {
    this.directory = directory;
    this.direct = direct;
  }

  /**
   * @param placement puts a server where the guest's QEMU will be, by pid
   * @throws IOException where a server does not come up, with its last words
   */
  static GuestDisks make(
      List<GuestDefinition.EmptyDisk> disks,
      GuestDirectory directory,
      Latencies latencies,
      QemuProcess.Placement placement)
      throws IOException {
    GuestDisks made = new GuestDisks(directory, takesDirectIo(directory.path()));
    try {
      LoopDevices.releaseIn(directory.path());
      for (int i = 0; i < disks.size(); i++) {
        GuestDefinition.EmptyDisk disk = disks.get(i);
        Path path = made.device(file(directory, disk), disks.size() > 1);
        LatencyFloor floor = latencies.floors().getOrDefault(disk.name(), LatencyFloor.NONE);
        made.sources.put(
            disk.name(),
            floor.isNone()
                ? new DiskSource.OfFile(path)
                : made.serve(path, disk.name(), i, floor.inMillis(), latencies, placement));
      }
      return made;
    } catch (IOException | RuntimeException e) {
      made.abandon();
      made.close();
      throw e;
    }
  }

  private static Path file(GuestDirectory directory, GuestDefinition.EmptyDisk disk)
      throws IOException {
    Path file = directory.disk(disk.name());
    Files.deleteIfExists(file);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(disk.capacityBytes());
    }
    return file;
  }

  private Path device(Path file, boolean ofItsOwn) {
    if (!ofItsOwn || !direct) {
      return file;
    }
    return LoopDevices.attach(file)
        .map(
            loop -> {
              loops.add(loop);
              return loop;
            })
        .orElse(file);
  }

  private DiskSource serve(
      Path disk,
      String name,
      int index,
      LatencyFloor floor,
      Latencies latencies,
      QemuProcess.Placement placement)
      throws IOException {
    DiskTools tools = latencies.tools().get();
    String export = "diecast-" + latencies.uuid() + "-" + name;
    Path plain = directory.path().resolve("nbd" + index + ".sock");
    Path slow = directory.path().resolve("slow" + index + ".sock");
    start(tools.serve(disk, plain, export, direct), plain, tools, latencies, placement);
    start(
        tools.delay(plain, slow, export, floor.read().toMillis(), floor.write().toMillis()),
        slow,
        tools,
        latencies,
        placement);
    return new DiskSource.OfNbd(slow, export);
  }

  private void start(
      List<String> command,
      Path socket,
      DiskTools tools,
      Latencies latencies,
      QemuProcess.Placement placement)
      throws IOException {
    Files.deleteIfExists(socket);
    Path log = directory.path().resolve("disks.log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.path().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Map<String, String> environment = new HashMap<>(tools.environment());
    environment.putAll(latencies.environment());
    builder.environment().putAll(environment);
    Process server = builder.start();
    servers.add(server);
    placement.put(server.pid());
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(socket)) {
      if (!server.isAlive() || System.nanoTime() > deadline) {
        throw new IOException(
            command.getFirst()
                + " does not serve the disk: "
                + String.join(" | ", LogTail.of(log, 5)));
      }
      pause();
    }
  }

  /** By the disk's name. */
  Map<String, DiskSource> sources() {
    return Map.copyOf(sources);
  }

  /** Whether the page cache can be passed by here. */
  boolean direct() {
    return direct;
  }

  /** Ends what was started for a guest that does not come up. */
  void abandon() {
    servers.forEach(Process::destroyForcibly);
  }

  /** Leaves devices to whoever has them open: they go with it. */
  @Override
  public void close() {
    loops.forEach(LoopDevices::release);
    loops.clear();
  }

  /** File systems in memory refuse O_DIRECT (open(2)). */
  private static boolean takesDirectIo(Path directory) throws IOException {
    return !Set.of("tmpfs", "ramfs").contains(Files.getFileStore(directory).type());
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
