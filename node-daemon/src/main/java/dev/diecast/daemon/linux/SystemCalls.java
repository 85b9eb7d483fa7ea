package dev.diecast.daemon.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * The few calls of the C library that the JDK does not offer, through the foreign-function API.
 * Numbers and structures are those of x86-64 and arm64 Linux (asm-generic).
 */
@SuppressWarnings("restricted") // native access is what this class is for
public final class SystemCalls {
  public static final int O_RDONLY = 0;
  public static final int O_RDWR = 2;
  public static final int O_CLOEXEC = 0x80000;
  public static final int O_PATH = 0x200000;

  /** openat2(2): the directory descriptor is the root of the look-up, symbolic links included. */
  private static final long RESOLVE_IN_ROOT = 0x10;

  private static final long RESOLVE_NO_MAGICLINKS = 0x02;
  private static final long SYS_PIDFD_OPEN = 434;
  private static final long SYS_OPENAT2 = 437;
  private static final int SYSLOG_ACTION_READ_ALL = 3;
  private static final int SYSLOG_ACTION_SIZE_BUFFER = 10;

  static final Linker LINKER = Linker.nativeLinker();
  static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      withErrno("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 2);
  private static final MethodHandle CLOSE =
      withErrno("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), -1);
  private static final MethodHandle IOCTL =
      withErrno("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG), 2);
  private static final MethodHandle OPENAT2 =
      withErrno(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG),
          1);
  private static final MethodHandle PIDFD_OPEN =
      withErrno("syscall", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG), 1);
  private static final MethodHandle MMAP =
      withErrno(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
          -1);
  private static final MethodHandle MPROTECT =
      withErrno("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT), -1);
  private static final MethodHandle MUNMAP =
      withErrno("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG), -1);
  private static final MethodHandle KLOGCTL =
      withErrno("klogctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), -1);
  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("strerror"), FunctionDescriptor.of(ADDRESS, JAVA_INT));

  private SystemCalls() {}

  /** open(2) of an existing file; flags are those above, O_CLOEXEC is added. */
  public static Descriptor open(String path, int flags) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags | O_CLOEXEC);
      return new Descriptor((int) checked(fd, "open " + path, state));
    } catch (Throwable e) {
      throw unwrap(e);
    }
  }

  /**
   * Opens {@code path} as a process whose root directory is {@code root} would see it: absolute
   * paths and symbolic links are looked up under that root and cannot leave it (openat2(2),
   * RESOLVE_IN_ROOT, Linux 5.6). The descriptor is of kind O_PATH: it names a file, it opens none.
   */
  public static Descriptor openPathInRoot(Descriptor root, String path) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment how = arena.allocate(24, 8);
      how.set(JAVA_LONG, 0, O_PATH | O_CLOEXEC);
      how.set(JAVA_LONG, 16, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
      long fd =
          (long)
              OPENAT2.invokeExact(
                  state, SYS_OPENAT2, (long) root.number(), arena.allocateFrom(path), how, 24L);
      return new Descriptor((int) checked(fd, "open " + path, state));
    } catch (Throwable e) {
      throw unwrap(e);
    }
  }

  static void close(int fd) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      checked((int) CLOSE.invokeExact(state, fd), "close", state);
    } catch (Throwable e) {
      throw unwrap(e);
    }
  }

  /** ioctl(2) with an integer argument; {@code name} is for the error message. */
  public static int ioctl(Descriptor fd, long request, long argument, String name)
      throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = (int) IOCTL.invokeExact(state, fd.number(), request, argument);
      return (int) checked(result, name, state);
    } catch (Throwable e) {
      throw unwrap(e);
    }
  }

  /** ioctl(2) with a structure, read and written by the kernel. */
  public static int ioctl(Descriptor fd, long request, MemorySegment argument, String name)
      throws SystemCallException {
    return ioctl(fd, request, argument.address(), name);
  }

  /**
   * pidfd_open(2), Linux 5.3: a descriptor of whichever process has this pid now. The pid may have
   * been given to another since it was read: look at the process' start time afterwards.
   */
  public static Descriptor pidfdOpen(int pid) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      long fd = (long) PIDFD_OPEN.invokeExact(state, SYS_PIDFD_OPEN, (long) pid, 0L);
      return new Descriptor((int) checked(fd, "pidfd_open " + pid, state));
    } catch (Throwable e) {
      throw unwrap(e);
    }
  }

  /**
   * Zeroed memory of which each page takes room only once it is written, as long as the arena lives
   * (mmap(2), MAP_ANONYMOUS). {@link Arena#allocate} writes all of it at once.
   */
  public static MemorySegment reserve(long size, Arena arena) throws SystemCallException {
    return map(size)
        .reinterpret(
            arena,
            memory -> {
              try {
                unmap(memory);
              } catch (SystemCallException e) {
                throw new IllegalStateException(e);
              }
            });
  }

  /** An anonymous private page holding {@code code}, executable and not writable. */
  static MemorySegment mapCode(byte[] code, long size) throws SystemCallException {
    final int readExecute = 5;
    MemorySegment page = map(size);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment.copy(code, 0, page, JAVA_BYTE, 0, code.length);
      int result = (int) MPROTECT.invokeExact(state, page, size, readExecute);
      if (result != 0) {
        int errno = (int) ERRNO.get(state, 0L);
        unmap(page);
        throw new SystemCallException("mprotect PROT_EXEC", describe(errno), errno);
      }
      return page;
    } catch (Throwable e) {
      throw unwrap(e);
    }
  }

  private static MemorySegment map(long size) throws SystemCallException {
    final int readWrite = 3;
    final int privateAnonymous = 0x22;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      long address =
          (long)
              MMAP.invokeExact(
                  state, MemorySegment.NULL, size, readWrite, privateAnonymous, -1, 0L);
      checked(address, "mmap of " + size + " bytes", state);
      return MemorySegment.ofAddress(address).reinterpret(size);
    } catch (Throwable e) {
      throw unwrap(e);
    }
  }

  static void unmap(MemorySegment page) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      checked((int) MUNMAP.invokeExact(state, page, page.byteSize()), "munmap", state);
    } catch (Throwable e) {
      throw unwrap(e);
    }
  }

  /** The kernel's log as far as it is kept (klogctl(3), needs CAP_SYSLOG on most hosts). */
  public static String kernelLog() throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int size = (int) KLOGCTL.invokeExact(state, SYSLOG_ACTION_SIZE_BUFFER, MemorySegment.NULL, 0);
      checked(size, "klogctl", state);
      MemorySegment buffer = arena.allocate(size);
      int length = (int) KLOGCTL.invokeExact(state, SYSLOG_ACTION_READ_ALL, buffer, size);
      checked(length, "klogctl", state);
      byte[] bytes = buffer.asSlice(0, length).toArray(JAVA_BYTE);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (Throwable e) {
      throw unwrap(e);
    }
  }

  static MethodHandle codeReturningLong(MemorySegment code) {
    return LINKER.downcallHandle(
        code, FunctionDescriptor.of(JAVA_LONG), Linker.Option.critical(false));
  }

  static MethodHandle withErrno(String function, FunctionDescriptor descriptor, int firstVariadic) {
    MemorySegment address = LINKER.defaultLookup().findOrThrow(function);
    Linker.Option errno = Linker.Option.captureCallState("errno");
    return firstVariadic < 0
        ? LINKER.downcallHandle(address, descriptor, errno)
        : LINKER.downcallHandle(
            address, descriptor, errno, Linker.Option.firstVariadicArg(firstVariadic));
  }

  static long checked(long result, String call, MemorySegment state) throws SystemCallException {
    if (result == -1) {
      int errno = (int) ERRNO.get(state, 0L);
      throw new SystemCallException(call, describe(errno), errno);
    }
    return result;
  }

  static String describe(int errno) {
    try {
      MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
      return text.reinterpret(Long.MAX_VALUE).getString(0);
    } catch (Throwable e) {
      return "errno " + errno;
    }
  }

  /** invokeExact declares Throwable; only these kinds can come out of it here. */
  static SystemCallException unwrap(Throwable thrown) {
    return switch (thrown) {
      case SystemCallException e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    };
  }
}
