package dev.diecast.e2e.fidelity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** What can be done to disks and pipes of guests. */
final class DeviceSabotage {
  private static final double AGAIN_SECONDS = 0.4;
  private static final int WRITERS = 8;
  private final Testbed testbed;

  DeviceSabotage(Testbed testbed) {
    this.testbed = testbed;
  }

  List<Sabotage> all() {
    return List.of(
        Sabotage.of("disk's limit removed, again and again", this::unlimited, "DiskLimitChanged"),
        Sabotage.of("disk's server stopped for a second", this::stoppedServer, "ProcessStopped"),
        Sabotage.of("another process keeps the disk busy", this::busyDisk, "DiskContention"),
        Sabotage.of(
            "pipes held up three times a second", this::heldUp, "PipesLate", "PipeOverload"),
        forged("pipe's delay wrong by 10 %", "delayNanos", delay -> delay * 11 / 10),
        forged("pipe's bandwidth wrong by 10 %", "bitsPerSecond", rate -> rate * 9 / 10),
        forged("pipe's queue too small", "queuePackets", _ -> 2),
        forged("pipe loses frames that it should not", "lossPartsPerBillion", _ -> 10_000_000));
  }

  /** A PipeGraph by somebody else, made again whenever the operator has replaced it. */
  private Sabotage forged(String name, String attribute, LongUnaryOperator wrong) {
    return Sabotage.of(
        name, () -> new Repeatedly(1, () -> testbed.forge(attribute, wrong)), "PipesChanged");
  }

  /** The kernel's file for the limit, by either version of cgroups, and what takes it away. */
  private Sabotage.Undo unlimited() throws Exception {
    String v1 = "blkio.throttle.write_bps_device";
    Path vcpu = testbed.vcpu("a-1");
    if (Files.exists(vcpu.resolve("cpu.cfs_quota_us"))) {
      Path file = testbed.cgroup("diecast-disk-" + testbed.uid("a-1")).resolve(v1);
      return takenAway(file, "%s 0");
    }
    return takenAway(vcpu.getParent().resolve("io.max"), "%s wbps=max");
  }

  private static Sabotage.Undo takenAway(Path file, String line) throws Exception {
    String device = Files.readAllLines(file).getFirst().split(" ")[0];
    return new Repeatedly(
        AGAIN_SECONDS,
        () -> Files.writeString(file, line.formatted(device), StandardOpenOption.WRITE));
  }

  private Sabotage.Undo stoppedServer() throws Exception {
    List<Long> server = List.of(testbed.diskServer("a-1", "log"));
    Testbed.signal("STOP", server);
    Testbed.pause(1);
    Testbed.signal("CONT", server);
    return () -> {};
  }

  private Sabotage.Undo busyDisk() throws IOException {
    List<Process> writers = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      Path file = testbed.diecast().stateDirectory().resolve("e2e-busy-" + i);
      files.add(file);
      writers.add(
          new ProcessBuilder(
                  "sh",
                  "-c",
                  "while :; do dd if=/dev/zero of=\"$0\" bs=1M count=64 oflag=direct conv=notrunc 2>/dev/null; done",
                  file.toString())
              .start());
    }
    return () -> {
      for (Process writer : writers) {
        writer.descendants().forEach(ProcessHandle::destroyForcibly);
        writer.destroyForcibly().waitFor();
      }
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    };
  }

  /** Too short for a host that stands still, and too long for packets. */
  private Sabotage.Undo heldUp() throws Exception {
    List<Long> daemon = List.of(testbed.daemon());
    return new Repeatedly(
        0.2,
        () -> {
          Testbed.signal("STOP", daemon);
          try {
            Testbed.pause(0.15);
          } finally {
            Testbed.signal("CONT", daemon);
          }
        });
  }
}
