package dev.diecast.daemon.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Reading and writing of descriptors for a thread that does so all the time: addresses and lengths
 * as plain numbers, memory for the error number kept, nothing allocated per call. Results below 0
 * are error numbers, negated. One instance per thread.
 */
public final class SocketCalls {
  public static final int EINTR = 4;
  public static final int EAGAIN = 11;

  /** recv(2): the whole length of a datagram is the result, even where it did not fit. */
  public static final int MSG_TRUNC = 0x20;

  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;

  private static final MethodHandle READ =
      SystemCalls.withErrno(
          "read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG), -1);
  private static final MethodHandle WRITE =
      SystemCalls.withErrno(
          "write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG), -1);
  private static final MethodHandle RECV =
      SystemCalls.withErrno(
          "recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT), -1);
  private static final MethodHandle RECVMSG =
      SystemCalls.withErrno(
          "recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT), -1);
  private static final MethodHandle SENDTO =
      SystemCalls.withErrno(
          "sendto",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT),
          -1);

  private final MemorySegment state;

  public SocketCalls(Arena arena) {
    state = arena.allocate(SystemCalls.CALL_STATE);
  }

  /** read(2). */
  public long read(int fd, long address, long bytes) {
    try {
      return result((long) READ.invokeExact(state, fd, address, bytes));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** write(2). */
  public long write(int fd, long address, long bytes) {
    try {
      return result((long) WRITE.invokeExact(state, fd, address, bytes));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** recv(2), which does not wait. */
  public long receive(int fd, long address, long bytes, int flags) {
    try {
      return result((long) RECV.invokeExact(state, fd, address, bytes, flags | MSG_DONTWAIT));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * recvmsg(2), which does not wait.
   *
   * @param message address of a {@code struct msghdr}
   */
  public long receiveMessage(int fd, long message, int flags) {
    try {
      return result((long) RECVMSG.invokeExact(state, fd, message, flags | MSG_DONTWAIT));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** send(2), which neither waits nor raises a signal. */
  public long send(int fd, long address, long bytes) {
    return sendTo(fd, address, bytes, MemorySegment.NULL);
  }

  /** sendto(2), which neither waits nor raises a signal. */
  public long sendTo(int fd, long address, long bytes, MemorySegment peer) {
    try {
      return result(
          (long)
              SENDTO.invokeExact(
                  state,
                  fd,
                  address,
                  bytes,
                  MSG_DONTWAIT | MSG_NOSIGNAL,
                  peer.address(),
                  (int) peer.byteSize()));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** What an error number means. */
  public static String describe(long negated) {
    return SystemCalls.describe((int) -negated);
  }

  private long result(long returned) {
    return returned == -1 ? -(int) SystemCalls.ERRNO.get(state, 0L) : returned;
  }

  static IllegalStateException unexpected(Throwable thrown) {
    return switch (thrown) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> new IllegalStateException(thrown);
    };
  }
}
