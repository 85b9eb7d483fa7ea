package dev.diecast.daemon.support;

import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.process.QemuScanner;
import dev.diecast.daemon.process.VcpuThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A real process that the daemon takes for a QEMU; ended when closed. */
public final class VcpuProcess implements AutoCloseable {
  public static final Path PROC = Path.of("/proc");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String uid;
  private final Process process;
  private final Path link;

  /** All vCPUs are busy. */
  public static VcpuProcess start(int vcpus) throws IOException {
    return start(vcpus, 0, UUID.randomUUID().toString());
  }

  /**
   * @param busy vCPUs that always have work; they have the lower numbers
   * @param idle vCPUs that have none
   */
  public static VcpuProcess start(int busy, int idle, String uid) throws IOException {
    return start(busy, idle, uid, Optional.empty(), List.of());
  }

  /** One idle vCPU, and more of QEMU's arguments for the daemon to read. */
  public static VcpuProcess idle(String uid, List<String> arguments) throws IOException {
    return start(0, 1, uid, Optional.empty(), arguments);
  }

  /** As {@link #start(int, int, String)}, with a guest agent whose clock runs at 1/T. */
  public static VcpuProcess start(int busy, int idle, String uid, double factor)
      throws IOException {
    return start(busy, idle, uid, Optional.of(factor), List.of());
  }

  private static VcpuProcess start(
      int busy, int idle, String uid, Optional<Double> factor, List<String> arguments)
      throws IOException {
    Path directory = Files.createTempDirectory("vcpus");
    // By its name is a QEMU known; the JVM does not mind.
    Path qemu = directory.resolve("qemu-system-x86_64");
    Files.createSymbolicLink(qemu, Path.of(System.getProperty("java.home"), "bin", "java"));
    List<String> command =
        new ArrayList<>(
            List.of(
                qemu.toString(),
                "-Xmx16m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                BusyVcpus.class.getProtectionDomain().getCodeSource().getLocation().getPath(),
                BusyVcpus.class.getName(),
                Integer.toString(busy),
                Integer.toString(idle)));
    Path socket = directory.resolve("agent.sock");
    factor.ifPresent(t -> command.addAll(List.of(socket.toString(), t.toString())));
    command.addAll(List.of("-uuid", uid));
    command.addAll(arguments);
    factor.ifPresent(
        _ ->
            command.addAll(
                List.of(
                    "-chardev",
                    "socket,id=ga,server=on,wait=off,path=" + socket,
                    "-device",
                    "virtserialport,chardev=ga,name=org.qemu.guest_agent.0")));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    VcpuProcess started = new VcpuProcess(uid, process, qemu);
    try {
      started.awaitVcpus(busy + idle);
      return started;
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private VcpuProcess(String uid, Process process, Path link) {
    this.link = link;
    this.uid = uid;
    this.process = process;
  }

  public String uid() {
    return uid;
  }

  public int pid() {
    return (int) process.pid();
  }

  public void awaitVcpus(int count) {
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreException(IOException.class)
        .until(() -> vcpus().size() == count);
  }

  /** Thread ids. */
  public Set<Integer> vcpus() throws IOException {
    return new VcpuThreads(new ProcFiles(PROC), pid())
        .read().vcpus().values().stream().flatMap(Set::stream).collect(Collectors.toSet());
  }

  /** The thread of the vCPU of that number. */
  public int vcpu(int number) throws IOException {
    return new VcpuThreads(new ProcFiles(PROC), pid()).read().vcpus().get(number).iterator().next();
  }

  public void startAnotherVcpu() throws IOException {
    int now = vcpus().size();
    process.getOutputStream().write("\n".getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
    awaitVcpus(now + 1);
  }

  /** From now on it writes to this file as to a disk without a cache. */
  public void writeTo(Path file) throws IOException {
    order(BusyVcpus.WRITE + file);
  }

  /** Opens a disk without the page cache. */
  public void plug(Path file) throws IOException {
    order(BusyVcpus.PLUG + file);
  }

  public void unplug(Path file) throws IOException {
    order(BusyVcpus.UNPLUG + file);
  }

  private void order(String order) throws IOException {
    process.getOutputStream().write((order + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** As the daemon finds it: by its command line. */
  public QemuProcess asFound() throws IOException {
    Map<String, QemuProcess> found = new QemuScanner(new ProcFiles(PROC)).scan();
    return found.get(uid);
  }

  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      Files.deleteIfExists(link);
      Files.deleteIfExists(link.resolveSibling("agent.sock"));
      Files.deleteIfExists(link.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
