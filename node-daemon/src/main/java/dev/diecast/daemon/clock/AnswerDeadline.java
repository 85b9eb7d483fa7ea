package dev.diecast.daemon.clock;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends a connection whose answer does not come in time: it might else be taken for the answer to
 * the next request.
 */
record AnswerDeadline(SocketChannel channel, String reason) {
  private static final ScheduledExecutorService WATCHDOG =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("agent-timeouts").factory());

  @FunctionalInterface
  interface Exchange<T> {
    T run() throws IOException;
  }

  /**
   * @throws SocketTimeoutException saying the reason; the channel is closed
   */
  <T> T within(Duration timeout, Exchange<T> exchange) throws IOException {
    AtomicBoolean late = new AtomicBoolean();
    ScheduledFuture<?> watchdog =
        WATCHDOG.schedule(
            () -> {
              late.set(true);
              closeQuietly();
            },
            timeout.toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      return exchange.run();
    } catch (ClosedChannelException e) {
      throw late.get()
          ? new SocketTimeoutException("no answer within " + timeout.toSeconds() + " s: " + reason)
          : e;
    } finally {
      watchdog.cancel(false);
    }
  }

  void closeQuietly() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no use any more either way.
    }
  }
}
