package dev.diecast.core.pipe;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * The engine's heart: packets move from pipe to pipe when they are due. It has neither clock nor
 * threads: its caller says what time it is, and calls {@link #move} before {@link #admit}, as
 * ModelNet's core moves packets before it receives (OSDI 2002, section 2.3).
 *
 * <p>A packet that is moved late enters its next pipe at the time it was due there, not at the time
 * it came: the lateness of one hop is repaid by the next, and what a guest sees is the lateness of
 * the last move alone. ModelNet lets it add up over the hops and names the correction as future
 * work ("packet debt").
 *
 * <p>In the order of due times this is an exact discrete-event simulation; with a clock that only
 * jumps from deadline to deadline nothing is ever late, which is how it is tested. Not for use by
 * several threads at once. Nothing is allocated after construction but buckets for durations such
 * as there were none before.
 */
public final class PipeScheduler {
  /** {@link #admit} took nothing in. */
  public static final int REFUSED = Descriptors.NONE;

  private final Descriptors packets;
  private final PipeState[] pipes;
  private final DeadlineHeap deadlines;
  private final Delivery delivery;
  private final Handover handover;
  private final long maximumLatenessNanos;

  private final DurationHistogram hopLateness = new DurationHistogram();
  private final DurationHistogram deliveryLateness = new DurationHistogram();
  private long admitted;
  private long delivered;
  private long handedOver;
  private boolean refusedLate;
  private long doorDropsFull;
  private long doorDropsLate;
  private long lateDeliveries;
  private long overdueDeliveries;
  private long moves;

  /** A scheduler of all pipes of a network. */
  public PipeScheduler(List<HostPipe> pipes, Door door, long seed, Delivery delivery) {
    this(
        pipes,
        door,
        seed,
        delivery,
        pipe -> true,
        (packet, bytes, source, destination, hop, due) -> {
          throw new IllegalStateException("every pipe is here");
        });
  }

  /**
   * A scheduler of some pipes of a network.
   *
   * @param pipes as the host must do them; a pipe's number is its place here
   * @param seed of the losses: the same packets at the same times are lost with the same seed,
   *     whichever scheduler has the pipe
   * @param isHere which pipes this scheduler has
   * @param handover where packets go whose next pipe is elsewhere
   */
  public PipeScheduler(
      List<HostPipe> pipes,
      Door door,
      long seed,
      Delivery delivery,
      IntPredicate isHere,
      Handover handover) {
    this.packets = new Descriptors(door.descriptors());
    this.pipes = new PipeState[pipes.size()];
    for (int i = 0; i < this.pipes.length; i++) {
      if (isHere.test(i)) {
        this.pipes[i] = new PipeState(packets, pipes.get(i), seed + i * 0xD1342543DE82EF95L);
      }
    }
    this.deadlines = new DeadlineHeap(this.pipes.length);
    this.maximumLatenessNanos = door.latenessNanos();
    this.delivery = delivery;
    this.handover = handover;
  }

  /**
   * A descriptor for a packet that has come, to be given to {@link #enter} or {@link #release}.
   *
   * @return {@link #REFUSED} where the engine is full or late: {@link #turnAway}
   */
  public int admit(long nowNanos) {
    if (nowNanos - deadlines.firstDeadline() > maximumLatenessNanos && !deadlines.isEmpty()) {
      refusedLate = true;
      return REFUSED;
    }
    int packet = packets.take();
    refusedLate = false;
    return packet;
  }

  /** A packet was lost for the last {@link #admit} took nothing in. */
  public void turnAway() {
    if (refusedLate) {
      doorDropsLate++;
    } else {
      doorDropsFull++;
    }
  }

  /** Gives back a descriptor that was admitted and is not to travel. */
  public void release(int packet) {
    packets.giveBack(packet);
  }

  /**
   * Sends an admitted packet on its way.
   *
   * @param source passed on to the handover
   * @param destination passed on to the delivery and the handover
   * @param route numbers of the pipes, in order; must not change while the packet travels
   * @param hop how many of them it has behind it
   * @param arrivalNanos when it came to the next one, or ought to have come
   * @param nowNanos when it is told to this scheduler
   */
  public void enter(
      int packet,
      int frameBytes,
      int source,
      int destination,
      int[] route,
      int hop,
      long arrivalNanos,
      long nowNanos) {
    admitted++;
    packets.frameBytes[packet] = frameBytes;
    packets.route[packet] = route;
    packets.source[packet] = source;
    packets.destination[packet] = destination;
    packets.hop[packet] = hop;
    packets.enteredNanos[packet] = arrivalNanos;
    advance(packet, arrivalNanos, nowNanos);
  }

  /**
   * Moves what is due, earliest first, to its next pipe or out.
   *
   * @param most moves to do, so that the caller can look at its clock in between
   * @return moves done; fewer than {@code most} where nothing is due any more
   */
  public int move(long nowNanos, int most) {
    int done = 0;
    while (done < most && deadlines.firstDeadline() <= nowNanos) {
      int number = deadlines.firstPipe();
      PipeState pipe = pipes[number];
      long due = deadlines.firstDeadline();
      int packet = pipe.leave(nowNanos - due);
      reschedule(number, pipe);
      hopLateness.record(nowNanos - due);
      packets.hop[packet]++;
      advance(packet, due, nowNanos);
      done++;
    }
    moves += done;
    return done;
  }

  private void advance(int packet, long dueNanos, long nowNanos) {
    int[] route = packets.route[packet];
    int hop = packets.hop[packet];
    if (hop == route.length) {
      delivered++;
      deliveryLateness.record(nowNanos - dueNanos);
      if (nowNanos - dueNanos > maximumLatenessNanos) {
        lateDeliveries++;
      }
      if (Punctuality.isOverdue(nowNanos - dueNanos, dueNanos - packets.enteredNanos[packet])) {
        overdueDeliveries++;
      }
      delivery.deliver(
          packet,
          packets.frameBytes[packet],
          packets.source[packet],
          packets.destination[packet],
          dueNanos);
      packets.giveBack(packet);
      return;
    }
    PipeState pipe = pipes[route[hop]];
    if (pipe == null) {
      handedOver++;
      handover.handOver(
          packet,
          packets.frameBytes[packet],
          packets.source[packet],
          packets.destination[packet],
          hop,
          dueNanos);
      packets.giveBack(packet);
      return;
    }
    boolean wasEmpty = pipe.deadline() == Long.MAX_VALUE;
    if (!pipe.enter(packet, dueNanos)) {
      packets.giveBack(packet);
    } else if (wasEmpty) {
      deadlines.put(route[hop], pipe.deadline());
    }
  }

  /** When {@link #move} has something to do; {@code Long.MAX_VALUE} where nothing is inside. */
  public long nextDeadline() {
    return deadlines.firstDeadline();
  }

  /**
   * Changes a pipe that is here in place, after what was due before has moved; see {@link
   * HostPipe}.
   */
  public void change(int pipe, HostPipe wanted, long nowNanos) {
    pipes[pipe].change(wanted, nowNanos);
    reschedule(pipe, pipes[pipe]);
  }

  private void reschedule(int number, PipeState pipe) {
    long deadline = pipe.deadline();
    if (deadline == Long.MAX_VALUE) {
      deadlines.remove(number);
    } else {
      deadlines.put(number, deadline);
    }
  }

  /** Whether this scheduler has the pipe of this number. */
  public boolean has(int pipe) {
    return pipes[pipe] != null;
  }

  /** As it is now. */
  public HostPipe pipe(int pipe) {
    return pipes[pipe].configuration();
  }

  public PipeCounters counters(int pipe) {
    return pipes[pipe].counters();
  }

  /**
   * How long packets were in a pipe that is here, by the clock that {@link #move} is told: queue,
   * wire, delay line and lateness. Host time.
   */
  public DurationHistogram delay(int pipe) {
    return pipes[pipe].delay();
  }

  public SchedulerCounters counters() {
    return new SchedulerCounters(
        admitted,
        delivered,
        handedOver,
        doorDropsFull,
        doorDropsLate,
        lateDeliveries,
        overdueDeliveries,
        moves);
  }

  /** Packets inside, and such as were admitted and not yet sent on their way. */
  public int held() {
    return packets.capacity() - packets.free();
  }

  public int capacity() {
    return packets.capacity();
  }

  /** How late packets were moved, hop by hop. */
  public DurationHistogram hopLateness() {
    return hopLateness;
  }

  /** How late packets came out of their last pipe: all that a guest can see. */
  public DurationHistogram deliveryLateness() {
    return deliveryLateness;
  }
}
