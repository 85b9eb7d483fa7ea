package dev.diecast.standalone.cli.session;

import dev.diecast.standalone.Progress;
import dev.diecast.standalone.cli.Main;
import dev.diecast.standalone.process.LogTail;
import dev.diecast.standalone.supervisor.Instance;
import dev.diecast.standalone.supervisor.SupervisorConfiguration;
import dev.diecast.standalone.supervisor.SupervisorStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts an instance's background process, and tells whether one runs. */
final class SupervisorProcess {
  /** All that the supervisor itself may take, so that it is the one who says what failed. */
  private static final Duration START = Duration.ofMinutes(10);

  /** Short-lived compared with a server: start-up and size matter, peak speed does not. */
  private static final List<String> JVM_FLAGS =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xshare:auto",
          "-Xmx160m",
          "--enable-native-access=ALL-UNNAMED",
          // Netty, inside the Kubernetes client, still asks for it; the JDK's warning helps nobody.
          "--sun-misc-unsafe-memory-access=allow");

  /**
   * The daemon shares its host with the VMs: what it takes they cannot have. Measured with {@code
   * bench daemon}.
   */
  private static final List<String> DAEMON_FLAGS =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xshare:auto",
          "-Xms16m",
          "-Xmx64m",
          "-Xss512k",
          "-XX:MaxMetaspaceSize=80m",
          "-XX:ReservedCodeCacheSize=24m",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=20",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private SupervisorProcess() {}

  static boolean isRunning(Instance instance) {
    return SupervisorStatus.read(instance).filter(status -> isAlive(instance, status)).isPresent();
  }

  /** The pid may be another process's by now: its environment tells. */
  private static boolean isAlive(Instance instance, SupervisorStatus status) {
    try {
      String environment =
          Files.readString(
              Path.of("/proc", Long.toString(status.pid()), "environ"),
              java.nio.charset.StandardCharsets.ISO_8859_1);
      return List.of(environment.split("\0")).contains(Instance.MARK + "=" + instance.directory());
    } catch (IOException e) {
      return false;
    }
  }

  static void spawn(Instance instance, Setup setup, int apiPort) throws IOException {
    Files.createDirectories(instance.logs());
    configuration(instance, setup, apiPort).write();
    List<String> command = new ArrayList<>();
    // A session of its own: neither Ctrl-C nor the terminal's hang-up reaches it.
    command.add("setsid");
    command.add(java());
    command.addAll(JVM_FLAGS);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "supervise",
            "--instance",
            instance.name()));
    Path log = instance.logs().resolve("supervisor.log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(instance.mark());
    builder.start();
  }

  /** Waits until the API serves our kinds; operator and daemon may still be starting. */
  static void awaitApi(Instance instance, Progress progress) throws InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    String last = "";
    while (System.nanoTime() < deadline) {
      Optional<SupervisorStatus> status = SupervisorStatus.read(instance);
      if (status.isPresent()) {
        if (!status.get().message().equals(last)) {
          last = status.get().message();
          progress.step(last);
        }
        switch (status.get().phase()) {
          case STARTING_COMPONENTS, READY -> {
            return;
          }
          case FAILED, STOPPED ->
              throw new IllegalStateException("the instance did not start: " + last);
          default -> {}
        }
      }
      Thread.sleep(50);
    }
    throw new IllegalStateException(
        "the instance did not start within %d s; its log ends with:%n%s"
            .formatted(
                START.toSeconds(),
                String.join(
                    System.lineSeparator(),
                    LogTail.of(instance.logs().resolve("supervisor.log"), 10))));
  }

  private static SupervisorConfiguration configuration(
      Instance instance, Setup setup, int apiPort) {
    return new SupervisorConfiguration(
        instance.name(),
        instance.directory().toString(),
        Setup.cache().toString(),
        setup.binaries().directory().toString(),
        setup.binaries().apiServerMinorVersion(),
        apiPort,
        ThisMachine.nodeName(),
        List.of(
            jvm("operator", "operator", JVM_FLAGS, Map.of()),
            jvm("daemon", "node-daemon", DAEMON_FLAGS, daemonEnvironment(setup))),
        setup.qemu(),
        60,
        setup
            .prometheus()
            .map(
                installation ->
                    new SupervisorConfiguration.Prometheus(
                        installation,
                        home().resolve("charts/diecast/rules").toString(),
                        StartOptions.SCRAPE_SECONDS))
            .orElse(null));
  }

  private static Map<String, String> daemonEnvironment(Setup setup) {
    Map<String, String> environment = new HashMap<>(Calibration.ofThisHost().environment());
    // A run's report has its pipes, and the dashboard of a machine its series.
    environment.put("DIECAST_METRICS_PER_NODE", "true");
    return environment;
  }

  private static Path home() {
    return Path.of(System.getenv("DIECAST_HOME"));
  }

  private static SupervisorConfiguration.Jvm jvm(
      String name, String module, List<String> flags, Map<String, String> environment) {
    Path jar = home().resolve(Path.of(module, "target", "quarkus-app", "quarkus-run.jar"));
    if (!Files.isRegularFile(jar)) {
      throw new Refusal(jar + " is missing: run ./diecast, which builds it");
    }
    return new SupervisorConfiguration.Jvm(name, java(), flags, jar.toString(), environment);
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
