package dev.diecast.core.network.topology;

import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import java.util.Optional;

/** What a topology says of a link; {@link LinkDefaults} and coordinates supply the rest. */
record GivenAttributes(
    Optional<Long> bitsPerSecond,
    Optional<Long> delayNanos,
    Optional<Integer> lossPartsPerBillion,
    Optional<QueueLimit> queue) {

  static final GivenAttributes NONE =
      new GivenAttributes(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * @param geographic the delay that the ends' coordinates give
   */
  PipeAttributes completed(LinkDefaults.Attributes defaults, Optional<Long> geographic) {
    long bits = bitsPerSecond.orElse(defaults.bitsPerSecond());
    return new PipeAttributes(
        bits,
        delayNanos.or(() -> geographic).orElse(defaults.delayNanos()),
        lossPartsPerBillion.orElse(defaults.lossPartsPerBillion()),
        queue.or(defaults::queue).orElseGet(() -> LinkDefaults.queueFor(bits)));
  }
}
