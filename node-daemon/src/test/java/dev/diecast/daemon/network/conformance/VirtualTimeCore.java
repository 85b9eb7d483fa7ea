package dev.diecast.daemon.network.conformance;

import dev.diecast.core.pipe.Door;
import dev.diecast.core.pipe.HostPipe;
import dev.diecast.core.pipe.PipeScheduler;
import java.util.ArrayList;
import java.util.List;

/** Engine core's scheduler without its threads and ports: a clock that jumps, and no tolerance. */
final class VirtualTimeCore implements EngineUnderTest {
  private static final int DESCRIPTORS = 1 << 16;

  @Override
  public List<Arrival> run(List<HostPipe> pipes, List<int[]> flows, List<Event> script) {
    Event.Send[] inside = new Event.Send[DESCRIPTORS];
    List<Arrival> arrivals = new ArrayList<>();
    PipeScheduler scheduler =
        new PipeScheduler(
            pipes,
            new Door(DESCRIPTORS, 1),
            1,
            (packet, bytes, source, destination, due) ->
                arrivals.add(
                    new Arrival(
                        inside[packet].flow(),
                        inside[packet].number(),
                        inside[packet].atNanos(),
                        due)));
    for (Event event : script) {
      runTo(scheduler, event.atNanos());
      switch (event) {
        case Event.Send send -> {
          int packet = scheduler.admit(send.atNanos());
          inside[packet] = send;
          scheduler.enter(
              packet,
              send.frameBytes(),
              send.flow(),
              0,
              flows.get(send.flow()),
              0,
              send.atNanos(),
              send.atNanos());
        }
        case Event.Change change ->
            scheduler.change(change.pipe(), change.wanted(), change.atNanos());
      }
    }
    runTo(scheduler, Long.MAX_VALUE - 1);
    return arrivals;
  }

  private static void runTo(PipeScheduler scheduler, long nanos) {
    while (scheduler.nextDeadline() <= nanos) {
      scheduler.move(scheduler.nextDeadline(), 1);
    }
  }

  /** Half a nanosecond of rounding per hop, and what a burst's frames carry over. */
  @Override
  public long earlyNanos() {
    return 60;
  }

  @Override
  public long typicallyLateNanos() {
    return 60;
  }

  @Override
  public int queueSlackFrames() {
    return 0;
  }

  @Override
  public double lossDeviations() {
    return 1.96;
  }

  @Override
  public void close() {}
}
