package dev.diecast.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheLockTest {

  @TempDir Path directory;

  @Test
  void letsOneThreadInAtATime() throws InterruptedException {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger entered = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (CacheLock _ = CacheLock.acquire(directory, Progress.SILENT)) {
                      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                      Thread.yield();
                      entered.incrementAndGet();
                      inside.decrementAndGet();
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(entered).hasValue(8);
    assertThat(most).hasValue(1);
  }

  @Test
  void isNotReentrantAndSaysSo() {
    try (CacheLock _ = CacheLock.acquire(directory, Progress.SILENT)) {
      assertThatThrownBy(() -> CacheLock.acquire(directory, Progress.SILENT))
          .hasMessageContaining("already locked by this thread");
    }
    CacheLock.acquire(directory, Progress.SILENT).close();
  }
}
