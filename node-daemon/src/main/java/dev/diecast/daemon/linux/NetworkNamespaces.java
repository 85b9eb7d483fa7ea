package dev.diecast.daemon.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Work in another network namespace than that of the process (network_namespaces(7)). */
public final class NetworkNamespaces {
  private static final int CLONE_NEWNET = 0x40000000;

  private static final MethodHandle SETNS =
      SystemCalls.withErrno("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), -1);

  private static final MethodHandle UNSHARE =
      SystemCalls.withErrno("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT), -1);

  private NetworkNamespaces() {}

  /**
   * Runs something on a thread of its own in a new namespace that has nothing but a loopback device
   * and goes with the thread. Needs CAP_SYS_ADMIN.
   */
  public static <T> T inFresh(Callable<T> work) throws ExecutionException, InterruptedException {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              unshare();
              return work.call();
            });
    Thread.ofPlatform().name("in a new network namespace").start(task);
    return task.get();
  }

  /**
   * Makes a new namespace that has nothing but a loopback device. Needs CAP_SYS_ADMIN.
   *
   * @return what it lives by: it goes when nothing else is in it and this is closed, with this
   *     process at the latest
   */
  public static Descriptor create() throws IOException {
    try {
      return inFresh(() -> SystemCalls.open("/proc/thread-self/ns/net", SystemCalls.O_RDONLY));
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void unshare() throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      int result = (int) UNSHARE.invokeExact(state, CLONE_NEWNET);
      SystemCalls.checked(result, "unshare the network namespace", state);
    } catch (Throwable e) {
      throw SystemCalls.unwrap(e);
    }
  }

  /**
   * Runs something on a thread of its own in a namespace; sockets that it opens stay there. Needs
   * CAP_SYS_ADMIN.
   *
   * @param path of the namespace, such as {@code /run/netns/a} or {@code /proc/7/ns/net}
   * @throws IOException where the namespace cannot be entered, or the work throws it; any other
   *     checked exception of the work comes as the cause of one
   */
  public static <T> T inside(String path, Callable<T> work) throws IOException {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              enter(path);
              return work.call();
            });
    Thread.ofPlatform().name("in " + path).start(task);
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case RuntimeException wrong -> throw wrong;
        case Error error -> throw error;
        case null, default -> throw new IOException(e.getCause());
      }
    }
  }

  private static void enter(String path) throws SystemCallException {
    try (Descriptor namespace = SystemCalls.open(path, SystemCalls.O_RDONLY);
        Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      int result = (int) SETNS.invokeExact(state, namespace.number(), CLONE_NEWNET);
      SystemCalls.checked(result, "setns " + path, state);
    } catch (Throwable e) {
      throw SystemCalls.unwrap(e);
    }
  }
}
