package dev.diecast.standalone.cli.session;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.frame.Frames;
import dev.diecast.standalone.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Waits until every guest of a model has answered the daemon.
 *
 * @param bootGuestTime how long a guest may take to boot, in its own time
 */
public record BootWait(Session session, Progress progress, Duration bootGuestTime) {

  /**
   * Waits.
   *
   * @param start {@link System#nanoTime} from which the result counts
   * @return seconds of host time until the first guest answered
   * @throws IllegalStateException on timeout, with both time frames and the consoles' last lines
   */
  public double await(ModelWatch watch, DilationFactor factor, long start)
      throws InterruptedException, IOException {
    Duration limit = Frames.hostDuration(bootGuestTime, factor);
    double[] first = {0};
    try {
      watch.await(
          "guests up",
          limit,
          snapshot -> {
            long up = snapshot.nodes().stream().filter(BootWait::answers).count();
            if (up > 0 && first[0] == 0) {
              first[0] = (System.nanoTime() - start) / 1e9;
              progress.step("the first guest answers");
            }
            return !snapshot.nodes().isEmpty() && up == snapshot.nodes().size();
          });
    } catch (IllegalStateException e) {
      throw new IllegalStateException(e.getMessage() + bootFailures(watch, factor, limit), e);
    }
    return first[0];
  }

  private String bootFailures(ModelWatch watch, DilationFactor factor, Duration limit) {
    StringBuilder text = new StringBuilder();
    for (DilatedNode node : watch.snapshot().map(ModelWatch.Snapshot::nodes).orElse(List.of())) {
      if (!answers(node)) {
        text.append(
            "%n%s did not boot within %d s of guest time (%d s of host time at T = %s); its console ends with:%n%s"
                .formatted(
                    node.getMetadata().getName(),
                    bootGuestTime.toSeconds(),
                    limit.toSeconds(),
                    factor,
                    session.consoleTail(
                        node.getMetadata().getNamespace(), node.getMetadata().getName(), 8)));
      }
    }
    return text.toString();
  }

  /** The daemon has heard the guest's agent. */
  public static boolean answers(DilatedNode node) {
    return Optional.ofNullable(node.getStatus())
        .map(DilatedNodeStatus::clock)
        .map(DilatedNodeStatus.Clock::samples)
        .filter(samples -> samples > 0)
        .isPresent();
  }
}
