package dev.diecast.e2e.fidelity;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.diecast.e2e.Diecast;
import dev.diecast.e2e.Hog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** What can be done to the CPU of guests. */
final class CpuSabotage {
  private static final double AGAIN_SECONDS = 0.4;
  private final Testbed testbed;

  CpuSabotage(Testbed testbed) {
    this.testbed = testbed;
  }

  List<Sabotage> all() {
    return List.of(
        Sabotage.of(
            "CPU hog on the host",
            () ->
                new Hog(testbed.vcpu("a-0"), 2 * Runtime.getRuntime().availableProcessors())::close,
            "CpuContention",
            "CpuStolen"),
        Sabotage.of(
            "vCPU pinned beside a hog", this::pinned, "CpuContention", "CpuStarved", "CpuStolen"),
        Sabotage.of("cap removed, again and again", () -> cap("a-0", Double.NaN), "CapChanged"),
        Sabotage.of("cap 10 % too wide", () -> cap("a-0", 1.1), "CapChanged"),
        Sabotage.of("cap 10 % too narrow", () -> cap("b-0", 0.9), "CapChanged"),
        Sabotage.of("vCPU moved out of its cgroup", this::vcpuMoved, "CgroupMoved"),
        Sabotage.of("QEMU moved to another cgroup", this::qemuMoved, "CgroupMoved"),
        Sabotage.of("quota on the cgroup above", this::quotaAbove, "LimitAbove"),
        Sabotage.of("packed past what the host has", this::packed, "HostOverpacked"));
  }

  private Sabotage.Undo cap(String node, double share) throws Exception {
    Cap right = Cap.of(testbed.vcpu(node));
    Cap wrong = Double.isNaN(share) ? right.none() : right.times(share);
    return new Repeatedly(AGAIN_SECONDS, wrong::write); // the daemon puts it right itself
  }

  private static String threadsFile(Path cgroup) {
    return Files.exists(cgroup.resolve("tasks")) ? "tasks" : "cgroup.threads";
  }

  private String thread(String node) throws IOException {
    Path vcpu = testbed.vcpu(node);
    return Files.readString(vcpu.resolve(threadsFile(vcpu))).strip();
  }

  private Sabotage.Undo vcpuMoved() throws Exception {
    Path vcpu = testbed.vcpu("a-0");
    String thread = thread("a-0");
    return new Repeatedly(
        AGAIN_SECONDS, () -> write(vcpu.resolveSibling(threadsFile(vcpu)), thread));
  }

  private Sabotage.Undo qemuMoved() throws Exception {
    Path home = testbed.vcpu("a-0").getParent();
    String process = Long.toString(testbed.qemu("a-0"));
    write(home.getParent().resolve("cgroup.procs"), process);
    return () -> write(home.resolve("cgroup.procs"), process);
  }

  private Sabotage.Undo quotaAbove() throws Exception {
    Path vcpu = testbed.vcpu("a-0");
    Cap above = Cap.of(vcpu.getParent());
    assumeFalse(
        above.isV1(),
        "SKIPPED: cgroup v1 takes no quota below that of a cgroup within: Linux refuses");
    Cap own = Cap.of(vcpu);
    new Cap(vcpu.getParent(), own.quotaMicros() / 2, own.periodMicros()).write();
    return above::write;
  }

  private Sabotage.Undo pinned() throws Exception {
    String thread = thread("a-0");
    run("taskset", "-p", "-c", "0", thread);
    Hog hog = new Hog(testbed.vcpu("a-0"), 2, "taskset", "-c", "0");
    return () -> {
      hog.close();
      run("taskset", "-p", "-c", "0-" + (Runtime.getRuntime().availableProcessors() - 1), thread);
    };
  }

  /** Behind the back of the operator, which would not do it. */
  private Sabotage.Undo packed() throws Exception {
    List<Long> operator = List.of(testbed.operator());
    Testbed.signal("STOP", operator);
    for (String node : List.of("a-0", "a-1", "b-0", "b-1", "c-0")) {
      Diecast.Result patched =
          testbed
              .diecast()
              .kubectl(
                  "patch",
                  "dilatednode",
                  Testbed.MODEL + "-" + node,
                  "--type=merge",
                  "-p",
                  "spec: {machine: {relativeSpeed: \"5\"}}");
      if (patched.exit() != 0) {
        throw new IOException(patched.all());
      }
    }
    return () -> Testbed.signal("CONT", operator);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }

  private static void write(Path file, String value) throws IOException {
    Files.writeString(file, value, StandardOpenOption.WRITE);
  }
}
