package dev.diecast.daemon.network.conformance;

import dev.diecast.core.pipe.HostPipe;
import java.io.IOException;
import java.util.List;

/** Any engine that emulates pipes, and how closely it can be watched. */
public interface EngineUnderTest extends AutoCloseable {

  /** Something that is done to the engine at an instant, counted from the begin of the run. */
  sealed interface Event {
    long atNanos();

    /** A frame of a flow. */
    record Send(long atNanos, int flow, int number, int frameBytes) implements Event {}

    /** A pipe is changed in place. */
    record Change(long atNanos, int pipe, HostPipe wanted) implements Event {}
  }

  /**
   * A frame that came out.
   *
   * @param sentNanos when it was really sent, which may be later than the script says
   */
  record Arrival(int flow, int number, long sentNanos, long arrivedNanos) {
    long tookNanos() {
      return arrivedNanos - sentNanos;
    }
  }

  /**
   * Runs a script on a fresh network until nothing is inside any more.
   *
   * @param pipes in the host's frame
   * @param flows for each flow the pipes it goes through
   * @param script in the order of its instants
   * @return what came out, in order
   */
  List<Arrival> run(List<HostPipe> pipes, List<int[]> flows, List<Event> script) throws Exception;

  /** By how much a frame may seem to arrive too early. */
  long earlyNanos();

  /** By how much half of the frames may be late: the engine's own fault or the observer's. */
  long typicallyLateNanos();

  /** Frames more or less that a full queue may let in. */
  int queueSlackFrames();

  /** Standard deviations that the number of lost frames may be off. */
  double lossDeviations();

  @Override
  void close() throws IOException;
}
