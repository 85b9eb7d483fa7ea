package dev.diecast.standalone.cli.session;

import dev.diecast.standalone.Progress;
import dev.diecast.standalone.process.LogTail;
import dev.diecast.standalone.supervisor.Instance;
import dev.diecast.standalone.supervisor.PrometheusServer;
import dev.diecast.standalone.supervisor.SupervisorStatus;
import java.time.Duration;
import java.util.Optional;

/** Where the Prometheus of an instance answers. */
final class InstancePrometheus {
  private static final Duration START = Duration.ofMinutes(2);

  private InstancePrometheus() {}

  /** Of one that was started with it: waits until it answers, and says where. */
  static void await(Instance instance, Progress progress) throws InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<String> address = address(instance);
      if (address.isPresent()) {
        say(address.get(), progress);
        return;
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException(
        "--prometheus: it does not answer after %d s; its log ends with:%n%s"
            .formatted(
                START.toSeconds(),
                String.join(
                    System.lineSeparator(),
                    LogTail.of(instance.logs().resolve(PrometheusServer.NAME + ".log"), 10))));
  }

  /**
   * Of one that runs already: says where.
   *
   * @throws Refusal where it was started without
   */
  static void require(Instance instance, Progress progress) {
    say(
        address(instance)
            .orElseThrow(
                () ->
                    new Refusal(
                        "--prometheus: instance %s runs already, without one: end it with `diecast down` first, or leave --prometheus out"
                            .formatted(instance.name()))),
        progress);
  }

  private static void say(String address, Progress progress) {
    progress.step("Prometheus answers at " + address + " until the instance ends");
  }

  private static Optional<String> address(Instance instance) {
    return SupervisorStatus.read(instance)
        .flatMap(status -> status.component(PrometheusServer.NAME))
        .filter(SupervisorStatus.ComponentStatus::ready)
        .map(component -> "http://127.0.0.1:" + component.port());
  }
}
