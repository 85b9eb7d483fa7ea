package dev.diecast.daemon.network.model;

import dev.diecast.daemon.network.NetworkNamespace;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * What plays a pod's QEMU: a thread of this process in the pod's network namespace. Below
 * /proc/self/task it looks as a process does below /proc, with this process's own descriptors.
 */
final class PodThread implements AutoCloseable {
  static final String POD = "diecast-it-pod";

  private final CountDownLatch end = new CountDownLatch(1);
  private final CompletableFuture<Integer> number = new CompletableFuture<>();

  private PodThread() {}

  static PodThread start(NetworkNamespace pod) {
    PodThread thread = new PodThread();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                pod.inside(thread::live);
              } catch (Exception e) {
                thread.number.completeExceptionally(e);
              }
            });
    thread.number.join();
    return thread;
  }

  private Void live() throws Exception {
    String self = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
    number.complete(Integer.parseInt(self));
    end.await();
    return null;
  }

  ProcFiles proc() {
    return new ProcFiles(Path.of("/proc/self/task"));
  }

  ProcessKey key() {
    int tid = number.join();
    return new ProcessKey(tid, proc().startTicks(tid).orElseThrow());
  }

  @Override
  public void close() {
    end.countDown();
  }
}
