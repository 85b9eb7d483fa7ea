package dev.diecast.standalone.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.standalone.qemu.Accelerator;
import dev.diecast.standalone.qemu.QemuInstallation;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A guest of an image under TCG, with both of its agents. */
public final class TestGuest implements AutoCloseable {

  /** What a command in the guest left. */
  public record Execution(int exitCode, String output, String errors) {}

  /** One guest agent. Answers come in order, one line each. */
  public static final class Agent implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final SocketChannel channel;
    private final BufferedReader answers;

    Agent(Path socket) throws IOException {
      channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(socket));
      answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    }

    JsonNode call(String command, Map<String, ?> arguments) throws IOException {
      String line =
          JSON.writeValueAsString(Map.of("execute", command, "arguments", arguments)) + "\n";
      channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
      JsonNode answer = JSON.readTree(answers.readLine());
      if (!answer.has("return")) {
        throw new IOException(command + ": " + answer);
      }
      return answer.get("return");
    }

    public Execution execute(String program, String... arguments)
        throws IOException, InterruptedException {
      long pid =
          call(
                  "guest-exec",
                  Map.of("path", program, "arg", List.of(arguments), "capture-output", true))
              .get("pid")
              .asLong();
      while (true) {
        JsonNode status = call("guest-exec-status", Map.of("pid", pid));
        if (status.get("exited").asBoolean()) {
          return new Execution(
              status.path("exitcode").asInt(-1),
              text(status, "out-data"),
              text(status, "err-data"));
        }
        Thread.sleep(100);
      }
    }

    private static String text(JsonNode status, String field) {
      return new String(
          Base64.getDecoder().decode(status.path(field).asText("")), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private final Process process;
  private final Path directory;

  /**
   * Starts it and waits until it says that it is up.
   *
   * @param dilationFactor T of the GuestKernel driver
   * @param more words for QEMU, such as network devices
   */
  public TestGuest(
      QemuInstallation qemu, GuestImage image, Path directory, int dilationFactor, String... more)
      throws IOException, InterruptedException {
    this(qemu, image, directory, dilationFactor, "", List.of(more));
  }

  /**
   * The same with more kernel arguments.
   *
   * @param moreArguments of the kernel, behind the usual ones
   */
  public TestGuest(
      QemuInstallation qemu,
      GuestImage image,
      Path directory,
      int dilationFactor,
      String moreArguments,
      List<String> more)
      throws IOException, InterruptedException {
    this.directory = directory;
    List<String> command = new ArrayList<>(qemu.systemCommand());
    // microvm: it has neither PIT nor ACPI PM timer, by which a kernel on other machines would undo
    // the dilation of the local APIC's timer.
    String machine =
        "microvm,acpi=on,pit=off,pic=off,rtc=on,usb=off,x-option-roms=off,auto-kernel-cmdline=off";
    command.addAll(
        List.of(
            "-nodefaults",
            "-no-user-config",
            "-display",
            "none",
            "-no-reboot",
            "-machine",
            machine,
            "-accel",
            Accelerator.TCG.argument()));
    command.addAll(
        List.of(
            "-cpu",
            "max",
            "-smp",
            "1",
            "-m",
            "192M",
            "-kernel",
            image.kernel().toString(),
            "-initrd",
            image.initrd().toString()));
    command.addAll(
        List.of(
            "-device",
            "virtio-serial-device",
            "-serial",
            "file:" + directory.resolve("console.log")));
    for (Map.Entry<String, String> port :
        Map.of("agent", "org.qemu.guest_agent.0", "exec", "dev.diecast.exec.0").entrySet()) {
      command.addAll(
          List.of(
              "-chardev",
              "socket,server=on,wait=off,id="
                  + port.getKey()
                  + ",path="
                  + directory.resolve(port.getKey() + ".sock")));
      command.addAll(
          List.of(
              "-device", "virtserialport,chardev=" + port.getKey() + ",name=" + port.getValue()));
    }
    String arguments =
        "console=ttyS0 hostname=n7 no-kvmclock nohpet acpi_pm=off no_timer_check tsc=reliable"
            + " tsc_early_khz="
            + hostTscKilohertz() * dilationFactor
            + " "
            + String.join(" ", GuestImage.QUICK_BOOT_ARGUMENTS)
            + " "
            + moreArguments;
    command.addAll(List.of("-append", arguments));
    command.addAll(more);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("qemu.log").toFile());
    builder.environment().putAll(qemu.environment());
    process = builder.start();
    Instant limit = Instant.now().plus(Duration.ofMinutes(3));
    while (!console().contains(GuestImage.READY_LINE)) {
      if (!process.isAlive() || Instant.now().isAfter(limit)) {
        close();
        throw new IOException(
            "the guest is not up: " + console() + Files.readString(directory.resolve("qemu.log")));
      }
      Thread.sleep(50);
    }
  }

  String console() throws IOException {
    Path log = directory.resolve("console.log");
    return Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "";
  }

  Agent agent() throws IOException {
    return new Agent(directory.resolve("agent.sock"));
  }

  public Agent exec() throws IOException {
    return new Agent(directory.resolve("exec.sock"));
  }

  /** Near enough for these tests; the product asks KVM. */
  private static long hostTscKilohertz() throws IOException {
    return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
        .filter(l -> l.startsWith("cpu MHz"))
        .map(l -> Math.round(1000 * Double.parseDouble(l.substring(l.indexOf(':') + 1).strip())))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
