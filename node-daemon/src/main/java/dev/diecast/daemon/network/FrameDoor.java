package dev.diecast.daemon.network;

import dev.diecast.core.ethernet.Forwarding;
import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.core.pipe.PipeScheduler;
import dev.diecast.core.pipe.RouteTable;

/** Where frames come in: a slot is asked for, the frame read into it, and then it is decided on. */
final class FrameDoor {
  static final int REFUSED = PipeScheduler.REFUSED;

  private final PipeScheduler scheduler;
  private final PacketMemory memory;
  private final Forwarding forwarding;
  private final RouteTable routes;
  private final int maximumFrameBytes;
  private final int stations;

  private long answered;
  private long notForwarded;
  private long malformed;
  private long unknownDestination;
  private long unreachable;

  FrameDoor(
      EmulatedNetwork network,
      PipeScheduler scheduler,
      RouteTable routes,
      PacketMemory memory,
      int maximumFrameBytes) {
    this.scheduler = scheduler;
    this.memory = memory;
    this.forwarding = new Forwarding(network.stations());
    this.routes = routes;
    this.maximumFrameBytes = maximumFrameBytes;
    this.stations = network.stationNumbers();
  }

  /** A slot for the next frame, or {@link #REFUSED}: the frame must then be read and forgotten. */
  int slot(long nowNanos) {
    return scheduler.admit(nowNanos);
  }

  /** A frame was lost for there was no slot. */
  void turnAway() {
    scheduler.turnAway();
  }

  /** Nothing was read into the slot after all. */
  void giveBack(int slot) {
    scheduler.release(slot);
  }

  int maximumFrameBytes() {
    return maximumFrameBytes;
  }

  /** A whole frame is in the slot; the slot is the door's from here on. */
  void take(int slot, int frameBytes, Port from, long nowNanos) {
    int source = from.station();
    int decision = forwarding.decide(memory.buffer(), memory.frame(slot), frameBytes, source);
    if (decision >= 0) {
      int[] route = routes.route(source, decision);
      if (route != null) {
        scheduler.enter(slot, frameBytes, source, decision, route, 0, nowNanos, nowNanos);
        return;
      }
      unreachable++;
    } else {
      count(decision);
      if (decision == Forwarding.ANSWERED) {
        from.send(slot, forwarding.answerBytes());
      }
    }
    scheduler.release(slot);
  }

  private void count(int decision) {
    switch (decision) {
      case Forwarding.ANSWERED -> answered++;
      case Forwarding.NOT_FORWARDED -> notForwarded++;
      case Forwarding.MALFORMED -> malformed++;
      default -> unknownDestination++;
    }
  }

  /**
   * A packet from another engine is in the slot.
   *
   * @param hop pipes that it has behind it
   * @param dueNanos when it is due at the next one
   */
  void takeOver(
      int slot,
      int frameBytes,
      int source,
      int destination,
      int hop,
      long dueNanos,
      long nowNanos) {
    int[] route =
        isStation(source) && isStation(destination) ? routes.route(source, destination) : null;
    if (route == null || hop < 0 || hop > route.length) {
      unreachable++;
      scheduler.release(slot);
    } else {
      scheduler.enter(slot, frameBytes, source, destination, route, hop, dueNanos, nowNanos);
    }
  }

  private boolean isStation(int number) {
    return number >= 0 && number < stations;
  }

  DoorCounters counters() {
    return new DoorCounters(answered, notForwarded, malformed, unknownDestination, unreachable);
  }
}
