package dev.diecast.daemon.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Waits for descriptors or for an instant, to the nanosecond (epoll(7), epoll_pwait2(2), Linux
 * 5.11), where Java's own selectors wait whole milliseconds. Another thread may {@link #wake} it.
 */
public final class Epoll implements AutoCloseable {
  public static final int READABLE = 0x1;
  public static final int WRITABLE = 0x4;

  /** What {@link #tag} says of an event that {@link #wake} caused; it needs no answer. */
  public static final int WOKEN = -1;

  private static final int ADD = 1;
  private static final int DELETE = 2;
  private static final int MODIFY = 3;
  private static final int CLOEXEC = 0x80000;
  private static final int NONBLOCK = 0x800;
  private static final int EVENTS = 64;
  private static final long SYS_EPOLL_PWAIT2 = 441;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** The kernel packs the structure on x86-64 only. */
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

  private static final int DATA_OFFSET = PACKED ? 4 : 8;
  private static final int EVENT_BYTES = PACKED ? 12 : 16;

  private static final MethodHandle CREATE =
      SystemCalls.withErrno("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT), -1);
  private static final MethodHandle CONTROL =
      SystemCalls.withErrno(
          "epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), -1);
  private static final MethodHandle WAIT =
      SystemCalls.withErrno(
          "syscall",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
              JAVA_LONG),
          1);
  private static final MethodHandle EVENTFD =
      SystemCalls.withErrno("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), -1);
  private final Arena arena = Arena.ofShared();
  private final MemorySegment state = arena.allocate(SystemCalls.CALL_STATE);
  private final MemorySegment events = arena.allocate((long) EVENTS * EVENT_BYTES, 8);
  private final MemorySegment timeout = arena.allocate(2 * Long.BYTES, 8);
  private final MemorySegment drained = arena.allocate(Long.BYTES, 8);
  private final SocketCalls calls = new SocketCalls(arena);
  private final Descriptor epoll;
  private final Descriptor waker;

  public Epoll() throws SystemCallException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment errno = scratch.allocate(SystemCalls.CALL_STATE);
      int fd = (int) CREATE.invokeExact(errno, CLOEXEC);
      epoll = new Descriptor((int) SystemCalls.checked(fd, "epoll_create1", errno));
      int wake = (int) EVENTFD.invokeExact(errno, 0, CLOEXEC | NONBLOCK);
      waker = new Descriptor((int) SystemCalls.checked(wake, "eventfd", errno));
    } catch (Throwable e) {
      throw SystemCalls.unwrap(e);
    }
    add(waker.number(), READABLE, WOKEN);
  }

  /** Begins to watch a descriptor; {@code tag} comes back with its events. */
  public void add(int fd, int interest, int tag) throws SystemCallException {
    control(ADD, fd, interest, tag);
  }

  /** Watches for something else. */
  public void modify(int fd, int interest, int tag) throws SystemCallException {
    control(MODIFY, fd, interest, tag);
  }

  public void remove(int fd) throws SystemCallException {
    control(DELETE, fd, 0, 0);
  }

  private void control(int operation, int fd, int interest, int tag) throws SystemCallException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment errno = scratch.allocate(SystemCalls.CALL_STATE);
      MemorySegment event = scratch.allocate(EVENT_BYTES, 8);
      event.set(JAVA_INT, 0, interest);
      event.set(JAVA_INT_UNALIGNED, DATA_OFFSET, tag);
      int result = (int) CONTROL.invokeExact(errno, epoll.number(), operation, fd, event);
      SystemCalls.checked(result, "epoll_ctl", errno);
    } catch (Throwable e) {
      throw SystemCalls.unwrap(e);
    }
  }

  /**
   * Waits until something happens, this many nanoseconds at most; 0 or less does not wait.
   *
   * @return how many events there are
   */
  public int await(long nanos) {
    long wait = Math.max(0, nanos);
    timeout.set(JAVA_LONG, 0, wait / NANOS_PER_SECOND);
    timeout.set(JAVA_LONG, Long.BYTES, wait % NANOS_PER_SECOND);
    try {
      long count =
          (long)
              WAIT.invokeExact(
                  state,
                  SYS_EPOLL_PWAIT2,
                  (long) epoll.number(),
                  events.address(),
                  (long) EVENTS,
                  timeout.address(),
                  0L,
                  0L);
      int errno = count == -1 ? (int) SystemCalls.ERRNO.get(state, 0L) : 0;
      if (errno != 0 && errno != SocketCalls.EINTR) {
        throw new IllegalStateException(
            "epoll_pwait2: " + SystemCalls.describe(errno) + " (Linux 5.11 or newer has it)");
      }
      return (int) Math.max(0, count);
    } catch (Throwable e) {
      throw SocketCalls.unexpected(e);
    }
  }

  /** What {@link #add} was given for the descriptor of an event; wakings are taken note of here. */
  public int tag(int event) {
    int tag = events.get(JAVA_INT_UNALIGNED, (long) event * EVENT_BYTES + DATA_OFFSET);
    if (tag == WOKEN) {
      calls.read(waker.number(), drained.address(), Long.BYTES);
    }
    return tag;
  }

  public boolean isWritable(int event) {
    return (events.get(JAVA_INT_UNALIGNED, (long) event * EVENT_BYTES) & WRITABLE) != 0;
  }

  /** Ends the wait of the thread that uses this, from another one. */
  public void wake() {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment one = scratch.allocateFrom(JAVA_LONG, 1L);
      new SocketCalls(scratch).write(waker.number(), one.address(), Long.BYTES);
    }
  }

  @Override
  public void close() throws SystemCallException {
    waker.close();
    epoll.close();
    arena.close();
  }
}
