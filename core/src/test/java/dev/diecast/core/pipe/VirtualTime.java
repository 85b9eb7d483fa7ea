package dev.diecast.core.pipe;

import dev.diecast.core.Rational;
import dev.diecast.core.network.QueueLimit;
import java.util.ArrayList;
import java.util.List;

/** A scheduler whose clock jumps from deadline to deadline, and what came out of it. */
final class VirtualTime {
  /** One packet that came out; {@code number} is its place in the order of sending. */
  record Arrival(int number, int destination, long dueNanos) {}

  final List<Arrival> arrivals = new ArrayList<>();
  final PipeScheduler scheduler;
  private final int[] numbers;
  private int sent;
  long now;

  VirtualTime(List<HostPipe> pipes, Door door, long seed) {
    numbers = new int[door.descriptors()];
    scheduler =
        new PipeScheduler(
            pipes,
            door,
            seed,
            (descriptor, bytes, source, destination, due) ->
                arrivals.add(new Arrival(numbers[descriptor], destination, due)));
  }

  VirtualTime(HostPipe... pipes) {
    this(List.of(pipes), new Door(4096, 1_000_000), 1);
  }

  /** 12.304 µs a full frame at a gigabit. */
  static HostPipe pipe(long bitsPerSecond, long delayNanos, int queuePackets) {
    return new HostPipe(
        Rational.of(bitsPerSecond), delayNanos, 0, new QueueLimit.Packets(queuePackets), true);
  }

  /** Moves all that is due until then, each at its moment. */
  void runTo(long nanos) {
    while (scheduler.nextDeadline() <= nanos) {
      now = Math.max(now, scheduler.nextDeadline());
      scheduler.move(now, 1);
    }
    now = Math.max(now, nanos);
  }

  void runOut() {
    while (scheduler.nextDeadline() != Long.MAX_VALUE) {
      runTo(scheduler.nextDeadline());
    }
  }

  /** Sends one packet at the present moment; whether it was let in. */
  boolean send(int bytes, int destination, int... route) {
    int descriptor = scheduler.admit(now);
    if (descriptor == PipeScheduler.REFUSED) {
      scheduler.turnAway();
      return false;
    }
    numbers[descriptor] = sent++;
    scheduler.enter(descriptor, bytes, 0, destination, route, 0, now, now);
    return true;
  }
}
