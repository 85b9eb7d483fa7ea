package dev.diecast.core.network.topology;

import dev.diecast.core.network.EthernetFrame;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.network.TopologyException;
import java.util.Objects;
import java.util.Optional;

/**
 * What links are taken to be where the topology does not say. A link is an access link where one of
 * its ends has no other neighbour or is a stub, else a transit link.
 *
 * @param access of access links
 * @param transit of transit links
 */
public record LinkDefaults(Attributes access, Attributes transit) {

  /**
   * @param queue where empty, by {@link #queueFor}
   */
  public record Attributes(
      long bitsPerSecond, long delayNanos, int lossPartsPerBillion, Optional<QueueLimit> queue) {
    public Attributes {
      Objects.requireNonNull(queue);
      new PipeAttributes(bitsPerSecond, delayNanos, lossPartsPerBillion, QueueLimit.DEFAULT);
    }

    /**
     * Reads {@code BANDWIDTH[,DELAY[,LOSS[,QUEUE]]]}, such as {@code 10Mbit/s,5ms,0.1%,50 packets}.
     *
     * @param absent what holds where the text ends early; the queue is by rule then
     * @throws TopologyException with the part that cannot be read
     */
    public static Attributes parse(String text, Attributes absent) {
      String[] parts = text.split(",", -1);
      if (parts.length > 4) {
        throw new TopologyException(
            ("\"%s\" has more than four parts: write BANDWIDTH,DELAY,LOSS,QUEUE, such as"
                    + " 10Mbit/s,5ms,0.1%%,50 packets")
                .formatted(text));
      }
      return new Attributes(
          Units.bitsPerSecond(parts[0]),
          parts.length > 1 ? Units.delayNanos(parts[1]) : absent.delayNanos,
          parts.length > 2 ? Units.loss(parts[2]) : absent.lossPartsPerBillion,
          parts.length > 3 ? Optional.of(Units.queue(parts[3])) : Optional.empty());
    }

    /** All of it, the queue by rule where none is given. */
    public PipeAttributes complete() {
      return new PipeAttributes(
          bitsPerSecond,
          delayNanos,
          lossPartsPerBillion,
          queue.orElseGet(() -> queueFor(bitsPerSecond)));
    }
  }

  /** 100 Mbit/s and 1 ms for access links, 1 Gbit/s and 5 ms for transit links, no loss. */
  public static final LinkDefaults STANDARD =
      new LinkDefaults(
          new Attributes(100_000_000, 1_000_000, 0, Optional.empty()),
          new Attributes(1_000_000_000, 5_000_000, 0, Optional.empty()));

  private static final int LEAST_PACKETS = 50;

  /** Twenty to the second: a queue of 50 ms. */
  private static final long QUEUES_PER_SECOND = 20;

  public LinkDefaults {
    Objects.requireNonNull(access);
    Objects.requireNonNull(transit);
  }

  /** 50 packets, or what the link sends in 50 ms where that is more. */
  public static QueueLimit queueFor(long bitsPerSecond) {
    long packets = bitsPerSecond / QUEUES_PER_SECOND / 8 / EthernetFrame.FULL_BYTES;
    return new QueueLimit.Packets(Math.clamp(packets, LEAST_PACKETS, QueueLimit.Packets.MAXIMUM));
  }

  Attributes of(boolean isAccess) {
    return isAccess ? access : transit;
  }
}
