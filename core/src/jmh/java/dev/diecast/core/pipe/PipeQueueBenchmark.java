package dev.diecast.core.pipe;

import dev.diecast.core.Rational;
import dev.diecast.core.network.QueueLimit;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A packet from the door through a chain of pipes, each with a queue, and out. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PipeQueueBenchmark {
  private static final int FRAME_BYTES = 1000;

  /** Ten gigabits a second carry a frame of 1000 bytes in 820 ns. */
  private static final long GAP_NANOS = 900;

  @Param({"1", "8"})
  private int hops;

  private PipeScheduler scheduler;
  private int[] route;
  private long now;
  private long delivered;

  @Setup
  public void build() {
    HostPipe pipe =
        new HostPipe(
            Rational.of(10_000_000_000L), 1_000_000, 0, new QueueLimit.Packets(1000), true);
    route = IntStream.range(0, hops).toArray();
    scheduler =
        new PipeScheduler(
            IntStream.range(0, hops).mapToObj(i -> pipe).toList(),
            new Door(1 << 16, 1_000_000_000),
            1,
            (descriptor, bytes, source, destination, due) -> delivered++);
  }

  @Benchmark
  public long packetThroughTheChain() {
    now += GAP_NANOS;
    scheduler.move(now, Integer.MAX_VALUE);
    scheduler.enter(scheduler.admit(now), FRAME_BYTES, 0, 1, route, 0, now, now);
    return delivered;
  }
}
