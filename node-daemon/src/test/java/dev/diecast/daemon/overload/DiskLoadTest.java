package dev.diecast.daemon.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.DiskUse;
import dev.diecast.core.fidelity.Evidence;
import dev.diecast.core.fidelity.HostCpu;
import dev.diecast.core.fidelity.Judgement;
import dev.diecast.core.fidelity.Overload;
import dev.diecast.core.fidelity.Tolerances;
import dev.diecast.daemon.process.ProcessKey;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a device that somebody else keeps busy is told of, in samples, with made /proc and /sys. */
class DiskLoadTest {
  private static final int ROUND_MILLIS = 1000;
  private static final Duration IN_TIME = Duration.ofSeconds(5);
  private static final int NBDKIT_PID = 8;
  private static final ProcessKey VM = new ProcessKey(7, 100);

  @TempDir Path temporary;
  private Path proc;
  private String device;
  private DiskLoad load;

  @BeforeEach
  void makeHost() throws IOException {
    proc = Files.createDirectory(temporary.resolve("proc"));
    Path disk = temporary.resolve("disk.raw");
    try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.setLength(2 << 20);
    }
    long dev = (long) Files.getAttribute(disk, "unix:dev");
    device = ((dev >>> 8) & 0xfff) + ":" + ((dev & 0xff) | ((dev >>> 12) & ~0xffL));
    Files.createDirectories(temporary.resolve("sys/dev/block").resolve(device));
    for (int pid : new int[] {VM.pid(), NBDKIT_PID}) {
      Path fd = Files.createDirectories(proc.resolve(Integer.toString(pid)).resolve("fd"));
      Files.createSymbolicLink(fd.resolve("3"), disk);
    }
    load = new DiskLoad(proc, temporary.resolve("sys"));
  }

  /**
   * @param busyMillis for which somebody has kept the device busy, with ten requests at a time
   * @param ownBytes of all bytes, by a process of the VM
   */
  private Optional<Cause> sample(
      long atMillis, long busyMillis, int pid, long ownBytes, long allBytes, List<ProcessKey> own)
      throws IOException {
    Files.writeString(
        proc.resolve("diskstats"),
        "  %s fake 0 0 %d 0 0 0 0 0 0 %d %d%n"
            .formatted(
                device.replace(':', ' '),
                allBytes / DiskStats.SECTOR_BYTES,
                busyMillis,
                10 * busyMillis));
    for (ProcessKey process : own) {
      Files.writeString(
          proc.resolve(Integer.toString(process.pid())).resolve("io"),
          "read_bytes: %d%nwrite_bytes: 0%n".formatted(process.pid() == pid ? ownBytes : 0));
    }
    Map<ProcessKey, DiskUse> uses =
        load.read(Map.of(VM, own), Duration.ofMillis(atMillis + ROUND_MILLIS).toNanos());
    return Overload.judge(
            new Evidence(
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>(),
                new TreeMap<>(),
                HostCpu.UNKNOWN,
                false,
                Optional.empty(),
                Optional.ofNullable(uses.get(VM)),
                Optional.empty()),
            Tolerances.DEFAULT)
        .map(Judgement::cause);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 300, 499, 501, 999})
  void isToldWithinFiveSecondsWheneverItBegins(long beginMillis) throws IOException {
    sample(0, 0, VM.pid(), 0, 0, List.of(VM));
    for (long at = ROUND_MILLIS; at - beginMillis <= IN_TIME.toMillis(); at += ROUND_MILLIS) {
      long busy = Math.max(0, at - beginMillis);
      Optional<Cause> cause = sample(at, busy, VM.pid(), busy * 100, busy * 10_000, List.of(VM));
      if (cause.isPresent()) {
        assertThat(cause).contains(Cause.DiskContention);
        assertThat(at - beginMillis)
            .as("at the first look that spans a whole round of it")
            .isLessThanOrEqualTo(3L * ROUND_MILLIS);
        return;
      }
    }
    throw new AssertionError("not told within " + IN_TIME);
  }

  @Test
  void isOverAtTheNextLookAfterItsEnd() throws IOException {
    for (int n = 0; n <= 3; n++) {
      sample(n * 1000L, n * 1000L, VM.pid(), n * 100_000L, n * 10_000_000L, List.of(VM));
    }
    assertThat(sample(4_000, 3_000, VM.pid(), 400_000, 30_000_000, List.of(VM))).isEmpty();
  }

  @Test
  void whatServesAVmsDisksIsTheVmItself() throws IOException {
    List<ProcessKey> own = List.of(VM, new ProcessKey(NBDKIT_PID, 100));
    for (int n = 0; n <= 3; n++) {
      assertThat(sample(n * 1000L, n * 1000L, NBDKIT_PID, n * 10_000_000L, n * 10_000_000L, own))
          .isEmpty();
    }
  }
}
