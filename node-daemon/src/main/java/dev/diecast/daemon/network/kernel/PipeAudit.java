package dev.diecast.daemon.network.kernel;

import dev.diecast.core.network.EthernetFrame;
import dev.diecast.core.pipe.Door;
import dev.diecast.core.pipe.DurationHistogram;
import dev.diecast.core.pipe.PipeCounters;
import dev.diecast.core.pipe.Punctuality;
import dev.diecast.daemon.network.PipeTraffic;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Holds what came out of the kernel's pipes against what was to come out of them, from when frames
 * were seen before a pipe and behind it. A frame is due as netem has it ({@link KernelPipe}): it is
 * sent when the one before it is, at the pipe's rate, and travels its delay. Of those that came out
 * alone: what was lost took no time on the wire. Pure; instants are of one clock, in nanoseconds.
 *
 * <p>Not for several threads.
 */
public final class PipeAudit implements PipeTraffic.Source {
  /** A frame that is later than its due time by this has been lost. */
  private static final long PATIENCE_NANOS = 1_000_000_000L;

  /** A queue that is full but for one of so many parts may have been full. */
  private static final int MARGIN_PARTS = 50;

  private static final double NANOS = 1e9;
  private static final int BITS = 8;

  private final Map<Integer, Way> ways = new HashMap<>();

  /** Seen before a pipe and not yet behind it, by content: the same content may come again. */
  private final Map<Long, Deque<Frame>> inside = new HashMap<>();

  /** The same, as they came. */
  private final Deque<Frame> order = new ArrayDeque<>();

  private final DurationHistogram lateness = new DurationHistogram();
  private long late;
  private long overdue;
  private long unexplained;
  private long unknown;

  /** One pipe. */
  private static final class Way {
    private KernelPipe pipe;

    /** Frames that came earlier met another rate or delay, or others that were not seen. */
    private long judgedFrom;

    /** When the last frame that came out had been sent. */
    private long sent = Long.MIN_VALUE;

    /** When it was due. */
    private long due = Long.MIN_VALUE;

    /** When the last frame that came had been sent, if all that fitted were. */
    private long expectedSent = Long.MIN_VALUE;

    /** When those that fitted are out again. */
    private final Deque<Long> expected = new ArrayDeque<>();

    private long entered;
    private long enteredBytes;
    private long left;
    private long leftBytes;
    private long lossDrops;
    private long queueDrops;
    private long downDrops;
    private long latest;

    /** By how much the last that came out was late: what waits leaves later than it should. */
    private long behind;

    private final DurationHistogram delay = new DurationHistogram();

    private PipeCounters counters() {
      long within = entered - left - lossDrops - queueDrops - downDrops;
      return new PipeCounters(
          entered, enteredBytes, left, leftBytes, lossDrops, queueDrops, downDrops, within, latest);
    }

    private long wireNanos(int bytes) {
      return Math.round(
          EthernetFrame.wireBits(bytes) * NANOS / (pipe.bytesPerSecond() * (double) BITS));
    }
  }

  /** One frame on its way through a pipe. */
  private static final class Frame {
    private final Way way;
    private final long content;
    private final int bytes;
    private final long entered;

    /** Of the pipe as it met it. */
    private final long delayNanos;

    private final long patience;

    /** Why it will not come out, if it does not. */
    private final Drop drop;

    private boolean isOut;

    private Frame(Way way, long content, int bytes, long entered, long due, Drop drop) {
      this.way = way;
      this.content = content;
      this.bytes = bytes;
      this.entered = entered;
      this.delayNanos = way.pipe.delayNanos();
      this.patience = due + PATIENCE_NANOS;
      this.drop = drop;
    }
  }

  private enum Drop {
    LOSS,
    QUEUE,
    DOWN,
    UNEXPLAINED
  }

  /**
   * What a pipe is from now on. Frames that are inside are not judged.
   *
   * @param pipe its number
   */
  public void set(int pipe, KernelPipe attributes, long nanos) {
    Way way = ways.computeIfAbsent(pipe, _ -> new Way());
    if (!attributes.equals(way.pipe)) {
      boolean isNew = way.pipe == null;
      way.pipe = attributes;
      way.judgedFrom = isNew ? Long.MIN_VALUE : nanos;
      way.expectedSent = Long.MIN_VALUE;
      way.expected.clear();
    }
  }

  /**
   * A frame was seen before a pipe.
   *
   * @param content tells frames apart, and is the same behind the pipe
   * @param bytes without check sequence
   */
  public void entered(int pipe, long content, int bytes, long nanos) {
    Way way = ways.get(pipe);
    if (way == null) {
      unknown++;
      return;
    }
    way.entered++;
    way.enteredBytes += bytes;
    while (!way.expected.isEmpty() && way.expected.peekFirst() + way.behind <= nanos) {
      way.expected.removeFirst();
    }
    Drop drop = expectedDrop(way);
    long due = Math.max(nanos, way.expectedSent) + way.wireNanos(bytes) + way.pipe.delayNanos();
    if (drop != Drop.QUEUE && drop != Drop.DOWN) {
      way.expectedSent = due - way.pipe.delayNanos();
      way.expected.addLast(due);
    }
    Frame frame = new Frame(way, content, bytes, nanos, due, drop);
    inside.computeIfAbsent(content, _ -> new ArrayDeque<>(1)).addLast(frame);
    order.addLast(frame);
  }

  private static Drop expectedDrop(Way way) {
    if (way.pipe.lossPartsPerBillion() >= KernelPipe.NOTHING.lossPartsPerBillion()) {
      return Drop.DOWN;
    }
    // Some more or less are between the moments at which a frame is seen here and comes to netem.
    long limit = way.pipe.limitPackets();
    if (way.expected.size() >= limit - 1 - limit / MARGIN_PARTS) {
      return Drop.QUEUE;
    }
    return way.pipe.lossPartsPerBillion() > 0 ? Drop.LOSS : Drop.UNEXPLAINED;
  }

  /** A frame was seen behind its pipe. */
  public void left(long content, long nanos) {
    Deque<Frame> same = inside.get(content);
    if (same == null) {
      unknown++;
      return;
    }
    Frame frame = same.removeFirst();
    if (same.isEmpty()) {
      inside.remove(content);
    }
    frame.isOut = true;
    Way way = frame.way;
    way.left++;
    way.leftBytes += frame.bytes;
    way.delay.record(nanos - frame.entered);
    if (frame.entered <= way.judgedFrom) {
      // What it met is not known; when it had been sent, is.
      way.sent = nanos - frame.delayNanos;
      way.due = nanos;
      return;
    }
    way.sent = Math.max(frame.entered, way.sent) + way.wireNanos(frame.bytes);
    // Behind one that met a longer delay; netem has no frame overtake another.
    way.due = Math.max(way.sent + way.pipe.delayNanos(), way.due);
    judge(way, frame, nanos);
  }

  private void judge(Way way, Frame frame, long nanos) {
    long behind = nanos - way.due;
    lateness.record(behind);
    way.behind = Math.max(0, behind);
    way.latest = Math.max(way.latest, behind);
    if (behind > Door.DEFAULT.latenessNanos()) {
      late++;
    }
    if (Punctuality.isOverdue(behind, way.due - frame.entered)) {
      overdue++;
    }
  }

  /** Gives up those that should have come out long ago. */
  public void expire(long nanos) {
    while (!order.isEmpty() && (order.peekFirst().isOut || order.peekFirst().patience < nanos)) {
      Frame frame = order.removeFirst();
      if (!frame.isOut) {
        forget(frame);
        switch (frame.drop) {
          case LOSS -> frame.way.lossDrops++;
          case QUEUE -> frame.way.queueDrops++;
          case DOWN -> frame.way.downDrops++;
          case UNEXPLAINED -> {
            frame.way.queueDrops++;
            unexplained++;
          }
        }
      }
    }
  }

  private void forget(Frame frame) {
    Deque<Frame> same = inside.get(frame.content);
    same.remove(frame);
    if (same.isEmpty()) {
      inside.remove(frame.content);
    }
  }

  /**
   * Frames were missed: nothing that is inside can be judged.
   *
   * @param frames at least so many
   */
  public void missed(long frames, long nanos) {
    unexplained += frames;
    inside.clear();
    order.clear();
    for (Way way : ways.values()) {
      way.judgedFrom = nanos;
      way.entered = way.left + way.lossDrops + way.queueDrops + way.downDrops;
      way.expectedSent = Long.MIN_VALUE;
      way.expected.clear();
    }
  }

  /** What a pipe did so far; nothing where it is not known. */
  @Override
  public PipeCounters counters(int pipe) {
    Way way = ways.get(pipe);
    return way == null ? PipeCounters.NONE : way.counters();
  }

  /** What all pipes did so far. */
  public PipeCounters all() {
    return ways.values().stream().map(Way::counters).reduce(PipeCounters.NONE, PipeCounters::plus);
  }

  @Override
  public long propagationNanos(int pipe) {
    Way way = ways.get(pipe);
    return way == null ? 0 : way.pipe.delayNanos();
  }

  @Override
  public DurationHistogram delay(int pipe) {
    Way way = ways.get(pipe);
    return way == null ? new DurationHistogram() : way.delay;
  }

  /** By how much frames came out of their pipe after they were due. */
  public DurationHistogram lateness() {
    return lateness;
  }

  /** Of those judged, later than the engines' bound ({@link Door}). */
  public long late() {
    return late;
  }

  /** Of those judged, later than {@link Punctuality} tolerates. */
  public long overdue() {
    return overdue;
  }

  /** That neither the model's loss nor its queues account for, or that were not watched. */
  public long unexplained() {
    return unexplained;
  }

  /** Seen on one side of the pipes alone. */
  public long unknown() {
    return unknown;
  }
}
