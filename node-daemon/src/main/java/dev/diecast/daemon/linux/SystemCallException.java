package dev.diecast.daemon.linux;

import java.io.IOException;

/** A system call that the kernel refused; the message names the call, what it was for and why. */
public final class SystemCallException extends IOException {
  private static final long serialVersionUID = 1;

  private final int errno;

  SystemCallException(String call, String reason, int errno) {
    super(call + ": " + reason);
    this.errno = errno;
  }

  /** The kernel's number, as in errno(3). */
  public int errno() {
    return errno;
  }
}
