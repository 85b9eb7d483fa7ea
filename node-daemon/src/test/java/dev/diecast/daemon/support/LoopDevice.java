package dev.diecast.daemon.support;

import dev.diecast.daemon.disk.DeviceNumber;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A file as a block device (losetup(8)); detached when closed. */
public final class LoopDevice implements AutoCloseable {
  private final Path path;

  public static LoopDevice over(Path file) throws IOException {
    if (!Files.exists(Path.of("/dev/loop-control"))) {
      attempt(List.of("modprobe", "loop"));
    }
    Assumptions.assumeTrue(
        Files.exists(Path.of("/dev/loop-control")), "this kernel has no loop devices");
    return new LoopDevice(Path.of(run(List.of("losetup", "--find", "--show", file.toString()))));
  }

  private LoopDevice(Path path) {
    this.path = path;
  }

  public Path path() {
    return path;
  }

  public DeviceNumber number() throws IOException {
    Path number = Path.of("/sys/class/block", path.getFileName().toString(), "dev");
    return DeviceNumber.parse(Files.readString(number).strip()).orElseThrow();
  }

  @Override
  public void close() throws IOException {
    run(List.of("losetup", "--detach", path.toString()));
  }

  private static void attempt(List<String> command) {
    try {
      run(command);
    } catch (IOException e) {
      // What was wanted of it is looked for afterwards.
    }
  }

  static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
    return said;
  }
}
