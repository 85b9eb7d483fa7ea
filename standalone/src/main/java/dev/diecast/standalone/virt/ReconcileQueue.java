package dev.diecast.standalone.virt;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs a reconciler for keys: never twice at once for one key, once more when asked to during a
 * run, again with a growing delay after a failure. Different keys run at the same time.
 */
final class ReconcileQueue implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(ReconcileQueue.class.getName());
  private static final Duration FIRST_RETRY = Duration.ofMillis(200);
  private static final int MOST_DOUBLINGS = 6;

  private final String name;
  private final Consumer<String> reconciler;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
  private final Map<String, Boolean> askedAgainWhileRunning = new HashMap<>();
  private final Map<String, Integer> failures = new HashMap<>();
  private boolean closed;

  ReconcileQueue(String name, Consumer<String> reconciler) {
    this.name = name;
    this.reconciler = reconciler;
  }

  synchronized void add(String key) {
    if (closed) {
      return;
    }
    if (askedAgainWhileRunning.containsKey(key)) {
      askedAgainWhileRunning.put(key, true);
    } else {
      askedAgainWhileRunning.put(key, false);
      Thread.ofVirtual().name(name + "-" + key).start(() -> run(key));
    }
  }

  synchronized void addAfter(String key, Duration delay) {
    if (!closed) {
      timer.schedule(() -> add(key), Math.max(1, delay.toMillis()), TimeUnit.MILLISECONDS);
    }
  }

  /** Starts no further run and waits for those that go on, ten seconds at most. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      timer.shutdownNow();
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (isRunning() && System.nanoTime() < deadline) {
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private synchronized boolean isRunning() {
    return !askedAgainWhileRunning.isEmpty();
  }

  private void run(String key) {
    do {
      try {
        reconciler.accept(key);
        succeeded(key);
      } catch (RuntimeException | Error e) {
        // An Error too: the key would stay marked as running, and its VM be forgotten.
        failed(key, e);
      }
    } while (again(key));
  }

  private synchronized boolean again(String key) {
    if (!closed && askedAgainWhileRunning.get(key)) {
      askedAgainWhileRunning.put(key, false);
      return true;
    }
    askedAgainWhileRunning.remove(key);
    return false;
  }

  private synchronized void succeeded(String key) {
    failures.remove(key);
  }

  private synchronized void failed(String key, Throwable e) {
    int count = failures.merge(key, 1, Integer::sum);
    Duration delay = FIRST_RETRY.multipliedBy(1L << Math.min(count - 1, MOST_DOUBLINGS));
    if (!closed) {
      Level level = KubeVirtApi.isConflict(e) ? Level.FINE : Level.WARNING;
      LOG.log(level, e, () -> name + " of " + key + " failed, again in " + delay);
      addAfter(key, delay);
    }
  }
}
