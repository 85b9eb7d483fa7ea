package dev.diecast.standalone.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.core.disk.DiskRate;
import dev.diecast.standalone.virt.ExecResult;
import dev.diecast.standalone.virt.GuestExec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Measures a disk from inside the guest with fio, past the guest's page cache, by the guest's
 * clock.
 */
final class DiskProbe {
  /**
   * Part of the disk that is written first and read later: what was never written costs nothing.
   */
  private static final long REGION_MEBIBYTES = 64;

  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final GuestExec guest;
  private final String device;

  private DiskProbe(GuestExec guest, String device) {
    this.guest = guest;
    this.device = device;
  }

  /** What was asked of the disk. */
  record Load(DiskRate rate, int blockBytes) {
    /** Blocks that are large enough to be limited by bytes alone, and small ones by operations. */
    static Load of(DiskRate rate) {
      boolean bytes = rate == DiskRate.READ_BYTES || rate == DiskRate.WRITE_BYTES;
      return new Load(rate, bytes ? 256 * 1024 : 4096);
    }

    String pattern() {
      boolean bytes = rate == DiskRate.READ_BYTES || rate == DiskRate.WRITE_BYTES;
      return (bytes ? "" : "rand") + (rate.isOfReads() ? "read" : "write");
    }
  }

  /**
   * @param perSecond bytes or operations per guest second
   * @param meanLatencyMicros guest time of one operation, submission to completion
   */
  record Measured(double perSecond, double meanLatencyMicros, double guestSeconds) {}

  /** Finds a disk by its serial, which is the name that the model gives it. */
  static DiskProbe of(GuestExec guest, String disk) throws IOException {
    String script =
        "for d in /sys/block/vd*; do [ \"$(cat $d/serial)\" = \""
            + disk
            + "\" ] && echo ${d##*/}; done";
    ExecResult found = guest.run(List.of("/bin/sh", "-c", script), Optional.empty(), ANSWER);
    String name = found.stdoutText().strip();
    if (!name.matches("vd[a-z]+")) {
      throw new IOException(
          "the guest has no disk with serial %s (found \"%s\")".formatted(disk, name));
    }
    return new DiskProbe(guest, "/dev/" + name);
  }

  /**
   * @param depth operations in flight
   * @param ramp guest time that is not counted: a throttle lets its first slice pass at once
   * @param window guest time that is
   */
  Measured measure(Load load, int depth, Duration ramp, Duration window) throws IOException {
    ExecResult result =
        guest.run(
            List.of(
                "/usr/bin/fio",
                "--name=disk",
                "--filename=" + device,
                "--direct=1",
                "--ioengine=libaio",
                "--iodepth=" + depth,
                "--rw=" + load.pattern(),
                "--bs=" + load.blockBytes(),
                "--size=" + REGION_MEBIBYTES + "M",
                "--time_based",
                "--norandommap",
                "--ramp_time=" + ramp.toMillis() + "ms",
                "--runtime=" + window.toMillis() + "ms",
                "--output-format=json"),
            Optional.empty(),
            ramp.plus(window),
            ramp.plus(window).multipliedBy(4).plus(ANSWER));
    if (result.exitCode() != 0) {
      throw new IOException(
          "fio exited with %d: %s".formatted(result.exitCode(), result.stderrText().strip()));
    }
    return read(result.stdoutText(), load);
  }

  /** fio writes notes before its JSON where it has any. */
  static Measured read(String output, Load load) throws IOException {
    int start = output.indexOf('{');
    JsonNode job =
        JSON.readTree(output.substring(Math.max(0, start)))
            .path("jobs")
            .path(0)
            .path(load.rate().isOfReads() ? "read" : "write");
    double seconds = job.path("runtime").asDouble() / 1000;
    if (seconds <= 0) {
      throw new IOException("fio measured nothing: " + output.strip());
    }
    boolean bytes = load.rate() == DiskRate.READ_BYTES || load.rate() == DiskRate.WRITE_BYTES;
    double done = job.path(bytes ? "io_bytes" : "total_ios").asDouble();
    return new Measured(done / seconds, job.path("lat_ns").path("mean").asDouble() / 1000, seconds);
  }
}
