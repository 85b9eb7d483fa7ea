package dev.diecast.daemon.network.kernel;

import dev.diecast.core.Rational;
import dev.diecast.core.network.EthernetFrame;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.pipe.HostPipe;

/**
 * A pipe as HTB and netem have it, host's frame. netem stamps every frame with the time at which it
 * has been sent at the pipe's rate and has travelled its delay, in order; the HTB class above it
 * holds the rate for what is queued when the rate is lowered, since a stamp is not changed.
 *
 * <p>Source: Linux, net/sched/sch_netem.c (netem_enqueue: a frame's time follows that of the last
 * in the queue) and net/sched/sch_htb.c.
 *
 * @param bytesPerSecond of HTB and netem, which count in whole bytes
 * @param delayNanos of netem
 * @param lossPartsPerBillion of netem; all where the pipe is down
 * @param limitPackets that netem holds: waiting, on the wire, and under way
 */
public record KernelPipe(
    long bytesPerSecond, long delayNanos, int lossPartsPerBillion, long limitPackets) {

  /** Preamble, check sequence and gap, which the kernel does not see. */
  static final int OVERHEAD_BYTES =
      EthernetFrame.wireBits(EthernetFrame.FULL_BYTES) / 8 - EthernetFrame.FULL_BYTES;

  /** Of the shortest frame with what is around it. */
  static final int LEAST_BYTES = EthernetFrame.wireBits(0) / 8;

  /** Through which nothing gets. */
  public static final KernelPipe NOTHING =
      new KernelPipe(1_000_000, 0, PipeAttributes.BILLION, 1000);

  private static final long MOST_PACKETS = 10_000_000;
  private static final int BITS = 8;

  /**
   * Rates are rounded to whole bytes a second. A queue in bytes counts as so many full frames, for
   * netem counts packets; what is under way is taken to be full frames too.
   *
   * @throws IllegalArgumentException below the least rate that HTB knows
   */
  public static KernelPipe of(HostPipe pipe) {
    long bytesPerSecond = pipe.bitsPerSecond().dividedBy(Rational.of(BITS)).roundToLong();
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException(
          "a pipe of %s bit/s of host time: the kernel's queues have %d at least; lower T, raise the bandwidth, or take engine Core"
              .formatted(pipe.bitsPerSecond().toText(), BITS));
    }
    long underWay =
        Rational.of(pipe.delayNanos())
            .times(pipe.bitsPerSecond())
            .dividedBy(
                Rational.of(EthernetFrame.wireBits(EthernetFrame.FULL_BYTES)).times(1_000_000_000L))
            .ceiling()
            .longValueExact();
    final int onTheWire = 1;
    return new KernelPipe(
        bytesPerSecond,
        pipe.delayNanos(),
        pipe.up() ? pipe.lossPartsPerBillion() : PipeAttributes.BILLION,
        Math.min(MOST_PACKETS, waiting(pipe.queue()) + onTheWire + underWay));
  }

  private static long waiting(QueueLimit queue) {
    return switch (queue) {
      case QueueLimit.Packets packets -> packets.packets();
      case QueueLimit.Bytes bytes -> Math.max(1, bytes.bytes() / EthernetFrame.FULL_BYTES);
    };
  }
}
