package dev.diecast.standalone.qemu;

import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.debian.Closure;
import dev.diecast.standalone.debian.DebianPackages;
import dev.diecast.standalone.debian.PackageRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Stock programs that make a disk slow to answer: nbdkit with its delay filter, and qemu-nbd, which
 * serves the disk to it with direct I/O (nbdkit's own file plugin has only the page cache's).
 *
 * @param nbdkit the program
 * @param delayFilter nbdkit's filter of this name
 * @param exitFilter the filter that ends nbdkit with its client
 * @param nbdPlugin the plugin that passes requests on to another server
 * @param qemuNbd the program
 * @param environment what they need beyond ours
 */
public record DiskTools(
    String nbdkit,
    String delayFilter,
    String exitFilter,
    String nbdPlugin,
    String qemuNbd,
    Map<String, String> environment) {

  private static final PackageRequest PACKAGES =
      PackageRequest.of(Closure.MISSING_ON_HOST, "nbdkit", "qemu-utils");

  /** Those on PATH, else Debian's, fetched and unpacked in the cache at first. */
  public static DiskTools locate(Path cache, Progress progress) {
    return onPath().orElseGet(() -> unpacked(cache, progress));
  }

  private static Optional<DiskTools> onPath() {
    Optional<Path> nbdkit = HostCommand.find("nbdkit");
    Optional<Path> qemuNbd = HostCommand.find("qemu-nbd");
    return nbdkit.isPresent() && qemuNbd.isPresent()
        ? Optional.of(
            new DiskTools(
                nbdkit.get().toString(),
                "delay",
                "exitlast",
                "nbd",
                qemuNbd.get().toString(),
                Map.of()))
        : Optional.empty();
  }

  private static DiskTools unpacked(Path cache, Progress progress) {
    Path root = DebianPackages.ofHost(cache, progress).unpack(PACKAGES).root();
    Path modules = root.resolve("usr/lib/x86_64-linux-gnu/nbdkit");
    String libraries =
        Stream.of("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")
            .map(directory -> root.resolve(directory).toString())
            .collect(Collectors.joining(":"));
    return new DiskTools(
        root.resolve("usr/bin/nbdkit").toString(),
        modules.resolve("filters/nbdkit-delay-filter.so").toString(),
        modules.resolve("filters/nbdkit-exitlast-filter.so").toString(),
        modules.resolve("plugins/nbdkit-nbd-plugin.so").toString(),
        root.resolve("usr/bin/qemu-nbd").toString(),
        Map.of("LD_LIBRARY_PATH", libraries));
  }

  /**
   * Serves a raw disk on a Unix socket until its client has gone.
   *
   * @param direct whether the page cache is passed by
   */
  public List<String> serve(Path disk, Path socket, String export, boolean direct) {
    return List.of(
        qemuNbd,
        "--socket=" + socket,
        "--export-name=" + export,
        "--format=raw",
        "--cache=" + (direct ? "none" : "writeback"),
        "--aio=threads",
        "--discard=unmap",
        disk.toString());
  }

  /** Serves what another server serves, each request delayed; ends with its client. */
  public List<String> delay(
      Path from, Path socket, String export, long readMillis, long writeMillis) {
    return List.of(
        nbdkit,
        "--foreground",
        "--unix=" + socket,
        "--filter=" + exitFilter,
        "--filter=" + delayFilter,
        nbdPlugin,
        "socket=" + from,
        "export=" + export,
        "rdelay=" + readMillis + "ms",
        "wdelay=" + writeMillis + "ms");
  }
}
