package dev.diecast.daemon.network.bench;

import dev.diecast.core.pipe.DurationHistogram;
import dev.diecast.daemon.network.Lateness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The load of {@link ChainLoad} for an emulator that is a network of the kernel's: datagrams from
 * one socket to another, each with the time it was sent.
 *
 * @param unloadedNanos what a datagram takes by configuration; what it takes more is lateness
 */
public record UdpLoad(
    DatagramChannel sender, DatagramChannel receiver, int payloadBytes, long unloadedNanos) {
  private static final int RECEIVE_BYTES = 2048;

  /** Offers datagrams for a while, then waits for those on their way. */
  public LoadResult run(double packetsPerSecond, Duration time)
      throws IOException, InterruptedException {
    DurationHistogram late = new DurationHistogram();
    AtomicLong received = new AtomicLong();
    long run = System.nanoTime();
    Thread receiving = Thread.ofPlatform().daemon().start(() -> receive(run, late, received));
    FutureTask<Long> offering =
        new FutureTask<>(
            () -> {
              ByteBuffer datagram = ByteBuffer.allocateDirect(payloadBytes);
              return Pacing.offer(
                  packetsPerSecond, time, true, count -> send(datagram, run, count));
            });
    Thread.ofPlatform().name("load").start(offering);
    try {
      long offered = offering.get();
      settle(offered, received);
      receiving.interrupt();
      receiving.join();
      Lateness nothing = new Lateness(0, 0, 0, 0);
      return new LoadResult(
          offered,
          received.get(),
          received.get() / (time.toNanos() / 1e9),
          Lateness.of(late),
          nothing,
          nothing,
          false);
    } catch (ExecutionException e) {
      throw new IOException("the load ended early", e.getCause());
    }
  }

  private void send(ByteBuffer datagram, long run, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      datagram.clear().putLong(0, run).putLong(Long.BYTES, System.nanoTime());
      sender.write(datagram);
    }
  }

  /** Datagrams of an earlier run are not counted. */
  private void receive(long run, DurationHistogram late, AtomicLong received) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BYTES);
    try {
      Pacing.becomePrecise(true);
      receiver.configureBlocking(false);
      while (!Thread.currentThread().isInterrupted()) {
        buffer.clear();
        if (receiver.receive(buffer) == null) {
          java.util.concurrent.locks.LockSupport.parkNanos(20_000);
        } else if (buffer.getLong(0) == run) {
          late.record(System.nanoTime() - buffer.getLong(Long.BYTES) - unloadedNanos);
          received.incrementAndGet();
        }
      }
    } catch (IOException e) {
      // Closed: the run is over.
    }
  }

  private static void settle(long offered, AtomicLong received) throws InterruptedException {
    long before = -1;
    while (received.get() < offered && received.get() != before) {
      before = received.get();
      Thread.sleep(200);
    }
  }
}
