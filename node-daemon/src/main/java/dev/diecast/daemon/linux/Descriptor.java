package dev.diecast.daemon.linux;

/** An open file descriptor of this process; closed once, by whoever opened it. */
public final class Descriptor implements AutoCloseable {
  private final int number;
  private boolean closed;

  /** Takes ownership of a descriptor that a system call has just returned. */
  public Descriptor(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  @Override
  public synchronized void close() throws SystemCallException {
    if (!closed) {
      closed = true;
      SystemCalls.close(number);
    }
  }
}
