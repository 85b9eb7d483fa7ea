package dev.diecast.daemon.clock;

import java.io.IOException;

/** libvirt answered, and refused; the connection is still good. */
final class LibvirtException extends IOException {
  private static final long serialVersionUID = 1;

  /** libvirt's virErrorNumber. */
  final int code;

  LibvirtException(int code, String message) {
    super("libvirt: " + message);
    this.code = code;
  }
}
