package dev.diecast.core.pipe;

import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;

/**
 * One pipe with the packets in it, first in, first out: those that wait for the wire, the one on
 * it, those on the delay line. All three are one list; each packet knows when it starts, departs
 * and exits, so a queue's length at any instant follows from the times alone and nothing is moved
 * between the three.
 *
 * <p>Source: ModelNet, OSDI 2002, section 2.2; the queue bounds what waits, as ns-2's DropTail.
 */
final class PipeState {
  private final Descriptors packets;
  private HostPipe configuration;
  private WireTime wire;
  private long randomState;

  private int head = Descriptors.NONE;
  private int tail = Descriptors.NONE;

  /** The first packet that had not started when this was last brought up to date. */
  private int firstWaiting = Descriptors.NONE;

  private int waitingPackets;
  private long waitingBytes;
  private long maximumWaitingPackets;
  private long maximumWaitingBytes;

  /** When the wire is idle again. */
  private long freeNanos = Long.MIN_VALUE;

  private long lastExitNanos = Long.MIN_VALUE;

  private long enteredPackets;
  private long enteredBytes;
  private long leftPackets;
  private long leftBytes;
  private final long[] drops = new long[DropCause.values().length];
  private long latestNanos;
  private final DurationHistogram delay = new DurationHistogram();

  PipeState(Descriptors packets, HostPipe configuration, long seed) {
    this.packets = packets;
    this.randomState = seed;
    configure(configuration);
  }

  private void configure(HostPipe wanted) {
    configuration = wanted;
    wire = new WireTime(wanted.bitsPerSecond());
    maximumWaitingPackets = Long.MAX_VALUE;
    maximumWaitingBytes = Long.MAX_VALUE;
    switch (wanted.queue()) {
      case QueueLimit.Packets limit -> maximumWaitingPackets = limit.packets();
      case QueueLimit.Bytes limit -> maximumWaitingBytes = limit.bytes();
    }
  }

  HostPipe configuration() {
    return configuration;
  }

  /** When the first packet is due at the far end; {@code Long.MAX_VALUE} where none is inside. */
  long deadline() {
    return head == Descriptors.NONE ? Long.MAX_VALUE : packets.exitNanos[head];
  }

  /**
   * A packet arrives.
   *
   * @return whether it is in; where not it is counted, and its descriptor still the caller's
   */
  boolean enter(int packet, long arrivalNanos) {
    int bytes = packets.frameBytes[packet];
    enteredPackets++;
    enteredBytes += bytes;
    if (!configuration.up()) {
      return drop(DropCause.DOWN);
    }
    if (isLost()) {
      return drop(DropCause.LOSS);
    }
    startUntil(arrivalNanos);
    boolean waits = freeNanos > arrivalNanos;
    if (waits
        && (waitingPackets >= maximumWaitingPackets
            || waitingBytes + bytes > maximumWaitingBytes)) {
      return drop(DropCause.QUEUE);
    }
    packets.arrivedNanos[packet] = arrivalNanos;
    long start = waits ? freeNanos : arrivalNanos;
    // freeNanos may equal the arrival: the wire was busy up to now and the fraction still counts.
    freeNanos =
        freeNanos >= arrivalNanos
            ? wire.departInSequence(start, bytes)
            : wire.departFromIdle(start, bytes);
    append(packet, start, freeNanos);
    if (waits) {
      wait(packet, bytes);
    }
    return true;
  }

  private void append(int packet, long start, long depart) {
    packets.startNanos[packet] = start;
    packets.departNanos[packet] = depart;
    lastExitNanos = Math.max(lastExitNanos, depart + configuration.delayNanos());
    packets.exitNanos[packet] = lastExitNanos;
    packets.next[packet] = Descriptors.NONE;
    if (tail == Descriptors.NONE) {
      head = packet;
    } else {
      packets.next[tail] = packet;
    }
    tail = packet;
  }

  private void wait(int packet, int bytes) {
    if (firstWaiting == Descriptors.NONE) {
      firstWaiting = packet;
    }
    waitingPackets++;
    waitingBytes += bytes;
  }

  /** Takes the first packet out, {@code lateNanos} after its deadline. */
  int leave(long lateNanos) {
    int packet = head;
    if (packet == firstWaiting) {
      start(packet);
    }
    head = packets.next[packet];
    if (head == Descriptors.NONE) {
      tail = Descriptors.NONE;
    }
    packets.next[packet] = Descriptors.NONE;
    leftPackets++;
    leftBytes += packets.frameBytes[packet];
    latestNanos = Math.max(latestNanos, lateNanos);
    delay.record(packets.exitNanos[packet] + lateNanos - packets.arrivedNanos[packet]);
    return packet;
  }

  /**
   * Changes the pipe at an instant. Packets on the delay line arrive as they would have; the one on
   * the wire goes on at the new rate; those that wait follow at the new rate and delay, never out
   * of order and never dropped, not even where the queue is shorter now. A pipe that goes down
   * loses what waits and keeps what is on its way.
   */
  void change(HostPipe wanted, long nowNanos) {
    startUntil(nowNanos);
    if (!wanted.up()) {
      dropWaiting();
    }
    WireTime before = wire;
    configure(wanted);
    long previousExit = Long.MIN_VALUE;
    boolean unsent = false;
    for (int packet = head; packet != Descriptors.NONE; packet = packets.next[packet]) {
      if (packets.departNanos[packet] > nowNanos) {
        if (!unsent) {
          freeNanos = departOfFirst(packet, nowNanos, before);
        } else {
          packets.startNanos[packet] = freeNanos;
          freeNanos = wire.departInSequence(freeNanos, packets.frameBytes[packet]);
        }
        unsent = true;
        packets.departNanos[packet] = freeNanos;
        packets.exitNanos[packet] = Math.max(previousExit, freeNanos + wanted.delayNanos());
      }
      previousExit = packets.exitNanos[packet];
    }
    lastExitNanos = previousExit;
  }

  /** When the first unsent packet departs: the rest of one on the wire, or all of it. */
  private long departOfFirst(int packet, long nowNanos, WireTime before) {
    long start = packets.startNanos[packet];
    if (start > nowNanos) {
      return wire.departFromIdle(start, packets.frameBytes[packet]);
    }
    return Math.min(
        WireTime.FAR, nowNanos + wire.converted(packets.departNanos[packet] - nowNanos, before));
  }

  private void dropWaiting() {
    if (firstWaiting == Descriptors.NONE) {
      return;
    }
    int last = Descriptors.NONE;
    for (int packet = head; packet != firstWaiting; packet = packets.next[packet]) {
      last = packet;
    }
    int packet = firstWaiting;
    firstWaiting = Descriptors.NONE;
    while (packet != Descriptors.NONE) {
      int following = packets.next[packet];
      drop(DropCause.DOWN);
      packets.giveBack(packet);
      packet = following;
    }
    waitingPackets = 0;
    waitingBytes = 0;
    tail = last;
    if (last == Descriptors.NONE) {
      head = Descriptors.NONE;
    } else {
      packets.next[last] = Descriptors.NONE;
      freeNanos = packets.departNanos[last];
    }
  }

  private void startUntil(long nowNanos) {
    while (firstWaiting != Descriptors.NONE && packets.startNanos[firstWaiting] <= nowNanos) {
      start(firstWaiting);
    }
  }

  private void start(int packet) {
    waitingPackets--;
    waitingBytes -= packets.frameBytes[packet];
    firstWaiting = packets.next[packet];
  }

  private boolean drop(DropCause cause) {
    drops[cause.ordinal()]++;
    return false;
  }

  /**
   * SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), so that a seed gives the same losses anywhere.
   */
  private boolean isLost() {
    if (configuration.lossPartsPerBillion() == 0) {
      return false;
    }
    randomState += 0x9E3779B97F4A7C15L;
    long mixed = (randomState ^ randomState >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    mixed ^= mixed >>> 31;
    long draw = Math.unsignedMultiplyHigh(mixed, PipeAttributes.BILLION);
    return draw < configuration.lossPartsPerBillion();
  }

  /** How long packets were inside: in the queue, on the wire, on the delay line, and late. */
  DurationHistogram delay() {
    return delay;
  }

  PipeCounters counters() {
    long dropped = drops[0] + drops[1] + drops[2];
    return new PipeCounters(
        enteredPackets,
        enteredBytes,
        leftPackets,
        leftBytes,
        drops[DropCause.LOSS.ordinal()],
        drops[DropCause.QUEUE.ordinal()],
        drops[DropCause.DOWN.ordinal()],
        enteredPackets - leftPackets - dropped,
        latestNanos);
  }
}
