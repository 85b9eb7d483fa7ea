package dev.diecast.daemon.network;

import dev.diecast.core.pipe.DurationHistogram;
import dev.diecast.core.pipe.PipeCounters;
import dev.diecast.core.pipe.PipeScheduler;

/** The pipes of a scheduler, which goes on counting. */
record SchedulerPipes(PipeScheduler scheduler) implements PipeTraffic.Source {

  @Override
  public PipeCounters counters(int pipe) {
    return scheduler.counters(pipe);
  }

  @Override
  public long propagationNanos(int pipe) {
    return scheduler.pipe(pipe).delayNanos();
  }

  @Override
  public DurationHistogram delay(int pipe) {
    return scheduler.delay(pipe);
  }
}
