package dev.diecast.daemon.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The processor's time stamp counter, read by an RDTSC instruction in a page of its own, since Java
 * has no such intrinsic. x86-64 only.
 */
public final class TimeStampCounter implements AutoCloseable {
  /** rdtsc; shl rdx, 32; or rax, rdx; ret */
  private static final byte[] RDTSC = {
    0x0f, 0x31, 0x48, (byte) 0xc1, (byte) 0xe2, 0x20, 0x48, 0x09, (byte) 0xd0, (byte) 0xc3
  };

  private static final long PAGE_BYTES = 4096;

  private final MemorySegment page;
  private final MethodHandle rdtsc;

  private TimeStampCounter(MemorySegment page) {
    this.page = page;
    this.rdtsc = SystemCalls.codeReturningLong(page);
  }

  /**
   * @throws SystemCallException where the host refuses executable pages (SELinux execmem and the
   *     like)
   * @throws UnsupportedOperationException on another processor than x86-64
   */
  public static TimeStampCounter open() throws SystemCallException {
    String architecture = System.getProperty("os.arch");
    if (!architecture.equals("amd64")) {
      throw new UnsupportedOperationException("no time stamp counter on " + architecture);
    }
    return new TimeStampCounter(SystemCalls.mapCode(RDTSC, PAGE_BYTES));
  }

  /** Ticks since some instant before now. */
  public long read() {
    try {
      return (long) rdtsc.invokeExact();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws SystemCallException {
    SystemCalls.unmap(page);
  }
}
