package dev.diecast.daemon.network;

import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;

/** What others ask of an engine's thread. Whoever asks gets an answer, whatever happens. */
final class EngineRequests {
  private final String engine;
  private final Runnable wake;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private volatile boolean ended;

  /**
   * @param wake makes the thread look here
   */
  EngineRequests(String engine, Runnable wake) {
    this.engine = engine;
    this.wake = wake;
  }

  /** Waits until the engine's thread has done it. */
  <T> T ask(Callable<T> request) throws IOException {
    CompletableFuture<T> answer = new CompletableFuture<>();
    waiting.add(
        () -> {
          try {
            answer.complete(request.call());
          } catch (Throwable e) {
            // An Error too: the caller waits, and the packets of all others must go on.
            answer.completeExceptionally(e);
          }
        });
    if (ended) {
      throw new IOException("the engine " + engine + " is closed");
    }
    wake.run();
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  /** What has no answer but that it is done. */
  @FunctionalInterface
  interface Order {
    void run() throws IOException;
  }

  /** Waits until the engine's thread has done it. */
  void tell(Order order) throws IOException {
    ask(
        () -> {
          order.run();
          return null;
        });
  }

  /** By the engine's thread: does what was asked. */
  void answer() {
    Runnable request = waiting.poll();
    while (request != null) {
      request.run();
      request = waiting.poll();
    }
  }

  /** By the engine's thread, at its end: nobody is left waiting, and nobody is taken on. */
  void end() {
    ended = true;
    answer();
  }
}
