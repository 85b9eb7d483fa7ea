package dev.diecast.core.pipe;

/**
 * What a pipe has done since it was made. Packets that entered = left + dropped + inside.
 *
 * @param enteredPackets that came to it, dropped ones included
 * @param leftPackets that came out at the far end
 * @param leftBytes of their frames, without check sequence
 * @param latestNanos by how much the latest of them was moved on after its deadline, host time
 */
public record PipeCounters(
    long enteredPackets,
    long enteredBytes,
    long leftPackets,
    long leftBytes,
    long lossDrops,
    long queueDrops,
    long downDrops,
    long insidePackets,
    long latestNanos) {

  /** Of a pipe to which nothing came. */
  public static final PipeCounters NONE = new PipeCounters(0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Both together: sums, and the later of the latest. */
  public PipeCounters plus(PipeCounters other) {
    return new PipeCounters(
        enteredPackets + other.enteredPackets,
        enteredBytes + other.enteredBytes,
        leftPackets + other.leftPackets,
        leftBytes + other.leftBytes,
        lossDrops + other.lossDrops,
        queueDrops + other.queueDrops,
        downDrops + other.downDrops,
        insidePackets + other.insidePackets,
        Math.max(latestNanos, other.latestNanos));
  }
}
