package dev.diecast.standalone.cli.run;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.cli.session.Messages;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.virt.ExecResult;
import dev.diecast.standalone.virt.GuestVcpus;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs programs in nodes of a model, and counts what CPU every node uses meanwhile. */
record NodeLoad(Session session, Progress progress, NodeLoad.Plan plan) {

  /**
   * Shells' commands by {@code <group>-<index>}.
   *
   * @param prepare what is run to its end before anything is measured
   * @param load what is judged
   * @param timeout of each, guest time
   */
  record Plan(Map<String, String> prepare, Map<String, String> load, Duration timeout) {
    Plan {
      prepare = Map.copyOf(prepare);
      load = Map.copyOf(load);
    }
  }

  /**
   * What came of a load.
   *
   * @param printed standard output, by {@code <group>-<index>}
   * @param cpuByGroup host CPU time that the vCPUs of a group's nodes used while it ran, less what
   *     they lost at switches, over that which T gives them
   * @param hostTime how long it ran
   */
  record Outcome(Map<String, String> printed, Map<String, Double> cpuByGroup, Duration hostTime) {
    static final Outcome NONE = new Outcome(Map.of(), Map.of(), Duration.ZERO);

    Outcome {
      printed = Map.copyOf(printed);
      cpuByGroup = Map.copyOf(cpuByGroup);
    }
  }

  /**
   * @param nodes all of the model
   * @throws IllegalStateException where a program fails, with what it said
   */
  void prepare(List<DilatedNode> nodes) throws InterruptedException {
    if (!plan.prepare().isEmpty()) {
      progress.step("preparing: commands in %d nodes".formatted(plan.prepare().size()));
      together(plan.prepare(), nodes);
    }
  }

  /**
   * @param nodes all of the model
   * @throws IllegalStateException where a program fails, with what it said
   */
  Outcome run(List<DilatedNode> nodes) throws InterruptedException {
    if (plan.load().isEmpty()) {
      return Outcome.NONE;
    }
    progress.step("load: commands in %d nodes".formatted(plan.load().size()));
    long start = System.nanoTime();
    List<CpuUse> before = uses(nodes);
    Map<String, String> printed = together(plan.load(), nodes);
    List<CpuUse> after = uses(nodes);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    progress.step("load: done after %d s of host time".formatted(took.toSeconds()));
    CpuUse.byGroup(before, after)
        .forEach(
            (group, used) ->
                progress.step(
                    "load: %s used a core of the host for %.2f s, in %d periods of its caps, which stopped it in %d of them"
                        .formatted(
                            group,
                            used.ofThreads().runNanos() / 1e9,
                            used.caps().periods(),
                            used.caps().throttledPeriods())));
    return new Outcome(printed, CpuUse.shares(before, after, took), took);
  }

  private List<CpuUse> uses(List<DilatedNode> nodes) {
    return nodes.stream()
        .map(
            node ->
                CpuUse.of(
                    node,
                    GuestVcpus.of(
                            session.directory(
                                node.getMetadata().getNamespace(), node.getMetadata().getName()))
                        .times()))
        .toList();
  }

  private Map<String, String> together(Map<String, String> commands, List<DilatedNode> nodes)
      throws InterruptedException {
    Map<String, String> printed = new TreeMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Future<String>> running = new TreeMap<>();
      for (DilatedNode node : nodes) {
        String name = node.getSpec().hostName();
        if (commands.containsKey(name)) {
          running.put(name, threads.submit(() -> run(node, commands.get(name))));
        }
      }
      for (Map.Entry<String, Future<String>> entry : running.entrySet()) {
        try {
          printed.put(entry.getKey(), entry.getValue().get());
        } catch (ExecutionException e) {
          threads.shutdownNow();
          throw new IllegalStateException(
              entry.getKey() + ": " + Messages.of(e.getCause()), e.getCause());
        }
      }
    }
    return printed;
  }

  private String run(DilatedNode node, String command) throws IOException {
    ExecResult result =
        session.exec(node).run(List.of("/bin/sh", "-c", command), Optional.empty(), plan.timeout());
    if (result.exitCode() != 0) {
      throw new IOException(
          "\"%s\" exited with %d: %s"
              .formatted(
                  command, result.exitCode(), (result.stderrText() + result.stdoutText()).strip()));
    }
    if (result.truncated()) {
      throw new IOException(
          "\"%s\" printed more than a guest's agent keeps (16 MiB): print less".formatted(command));
    }
    return result.stdoutText();
  }
}
