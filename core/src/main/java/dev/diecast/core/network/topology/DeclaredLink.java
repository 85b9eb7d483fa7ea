package dev.diecast.core.network.topology;

import dev.diecast.core.network.QueueLimit;
import java.util.Objects;
import java.util.Optional;

/**
 * A link as somebody names it by its ends, with what he says of it, the same both ways.
 *
 * @param from id, or label where only one node has it
 * @param to as {@code from}
 * @param down whether it is taken down
 */
public record DeclaredLink(
    String from,
    String to,
    Optional<Long> bitsPerSecond,
    Optional<Long> delayNanos,
    Optional<Integer> lossPartsPerBillion,
    Optional<QueueLimit> queue,
    boolean down) {

  public DeclaredLink {
    Objects.requireNonNull(from);
    Objects.requireNonNull(to);
  }

  GivenAttributes given() {
    return new GivenAttributes(bitsPerSecond, delayNanos, lossPartsPerBillion, queue);
  }

  @Override
  public String toString() {
    return from + " - " + to;
  }
}
