package dev.diecast.core.pipe;

import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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

/** What every hop of every packet pays: the earliest pipe gets its next packet's deadline. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DeadlineHeapBenchmark {
  private record Entry(long deadline, int pipe) {}

  @Param({"16", "1024", "65536"})
  private int busyPipes;

  private final Random random = new Random(1);
  private final long[] gaps = new long[4096];
  private int next;
  private DeadlineHeap heap;
  private PriorityQueue<Entry> reference;

  @Setup
  public void fill() {
    heap = new DeadlineHeap(busyPipes);
    reference = new PriorityQueue<>(busyPipes, (a, b) -> Long.compare(a.deadline(), b.deadline()));
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = random.nextInt(2_000_000);
    }
    for (int pipe = 0; pipe < busyPipes; pipe++) {
      long deadline = random.nextInt(2_000_000);
      heap.put(pipe, deadline);
      reference.add(new Entry(deadline, pipe));
    }
  }

  private long gap() {
    next = next + 1 & gaps.length - 1;
    return gaps[next];
  }

  @Benchmark
  public long earliestGetsItsNextDeadline() {
    long deadline = heap.firstDeadline() + gap();
    heap.put(heap.firstPipe(), deadline);
    return deadline;
  }

  /** The JDK's own queue, for comparison. */
  @Benchmark
  public long priorityQueue() {
    Entry first = reference.poll();
    long deadline = first.deadline() + gap();
    reference.add(new Entry(deadline, first.pipe()));
    return deadline;
  }
}
