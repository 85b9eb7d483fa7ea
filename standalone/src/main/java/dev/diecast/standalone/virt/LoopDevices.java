package dev.diecast.standalone.virt;

import dev.diecast.standalone.HostCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Block devices over a guest's disk files (losetup(8)). The kernel throttles devices, so disks that
 * are to be held to limits of their own must lie on devices of their own.
 */
public final class LoopDevices {
  private static final int PATIENCE_SECONDS = 20;

  private LoopDevices() {}

  /** Makes one that passes the page cache by; empty where this host has none to offer. */
  static Optional<Path> attach(Path file) {
    if (!Files.exists(Path.of("/dev/loop-control"))) {
      return Optional.empty();
    }
    HostCommand.Result result =
        losetup("--direct-io=on", "--nooverlap", "--find", "--show", file.toString());
    return result.output().stream()
        .findFirst()
        .filter(_ -> result.succeeded())
        .map(Path::of)
        .filter(Files::exists);
  }

  /** Lets it go: at once, or as soon as nobody has it open any more. */
  static void release(Path device) {
    losetup("--detach", device.toString());
  }

  /** Lets all go that lie over files in a directory: what an earlier process left. */
  public static void releaseIn(Path directory) {
    Path devices = Path.of("/sys/block");
    if (!Files.isDirectory(devices)) {
      return;
    }
    try (Stream<Path> all = Files.list(devices)) {
      all.filter(device -> isOver(device, directory))
          .forEach(device -> release(Path.of("/dev").resolve(device.getFileName())));
    } catch (IOException e) {
      // There is nothing to look at, and nothing to let go.
    }
  }

  private static boolean isOver(Path device, Path directory) {
    try {
      String file = Files.readString(device.resolve("loop/backing_file")).strip();
      return Path.of(file.replace(" (deleted)", "")).startsWith(directory);
    } catch (IOException e) {
      return false; // no loop device, or none in use
    }
  }

  private static HostCommand.Result losetup(String... arguments) {
    return HostCommand.of(Stream.concat(Stream.of("losetup"), Stream.of(arguments)).toList())
        .timeoutSeconds(PATIENCE_SECONDS)
        .run();
  }
}
