package dev.diecast.daemon.network;

import dev.diecast.core.pipe.PipeCounters;
import dev.diecast.core.pipe.PipeScheduler;
import dev.diecast.core.pipe.SchedulerCounters;

/**
 * What an engine has done so far, in sums. Taken without asking its thread: numbers may be of
 * instants that are a few packets apart, each only grows, and no packet waits for it.
 *
 * @param pipes that are here
 * @param undeliverable frames for nodes that are not attached
 * @param ports of all nodes that are attached together
 * @param link what went to and came from other engines
 * @param deliveryLateness by how much packets left their last pipe late, since the start
 */
public record EngineTotals(
    SchedulerCounters scheduler,
    DoorCounters door,
    int pipes,
    long lossDrops,
    long queueDrops,
    long downDrops,
    long undeliverable,
    PortCounters ports,
    LinkCounters link,
    Lateness deliveryLateness) {

  static EngineTotals of(
      PipeScheduler scheduler,
      int pipes,
      FrameDoor door,
      Attachments attachments,
      LinkCounters link) {
    int count = 0;
    long loss = 0;
    long queue = 0;
    long down = 0;
    for (int i = 0; i < pipes; i++) {
      if (scheduler.has(i)) {
        PipeCounters pipe = scheduler.counters(i);
        count++;
        loss += pipe.lossDrops();
        queue += pipe.queueDrops();
        down += pipe.downDrops();
      }
    }
    return new EngineTotals(
        scheduler.counters(),
        door.counters(),
        count,
        loss,
        queue,
        down,
        attachments.undeliverable(),
        attachments.counters().values().stream().reduce(PortCounters.NONE, PortCounters::plus),
        link,
        Lateness.of(scheduler.deliveryLateness()));
  }
}
