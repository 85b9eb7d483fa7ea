package dev.diecast.daemon.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** What a thread asks of the kernel that must run at the instants it names. */
public final class PreciseThread {
  private static final int PR_SET_TIMERSLACK = 29;
  private static final int SCHED_FIFO_RESET_ON_FORK = 1 | 0x40000000;

  private static final MethodHandle PRCTL =
      SystemCalls.withErrno("prctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG), 1);
  private static final MethodHandle SCHEDULER =
      SystemCalls.withErrno(
          "sched_setscheduler", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), -1);

  private PreciseThread() {}

  /**
   * Lets the kernel wake the calling thread at the instant asked for; else it may be 50 µs late to
   * save power (prctl(2), PR_SET_TIMERSLACK).
   */
  public static void wakePrecisely() throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      int result = (int) PRCTL.invokeExact(state, PR_SET_TIMERSLACK, 1L);
      SystemCalls.checked(result, "prctl PR_SET_TIMERSLACK", state);
    } catch (Throwable e) {
      throw SystemCalls.unwrap(e);
    }
  }

  /**
   * Puts the calling thread before all that are not of the real-time class (sched(7), SCHED_FIFO).
   * Needs CAP_SYS_NICE.
   *
   * @param priority 1 to 99
   */
  public static void realTime(int priority) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
      MemorySegment parameter = arena.allocateFrom(JAVA_INT, priority);
      int result = (int) SCHEDULER.invokeExact(state, 0, SCHED_FIFO_RESET_ON_FORK, parameter);
      SystemCalls.checked(result, "sched_setscheduler SCHED_FIFO", state);
    } catch (Throwable e) {
      throw SystemCalls.unwrap(e);
    }
  }
}
