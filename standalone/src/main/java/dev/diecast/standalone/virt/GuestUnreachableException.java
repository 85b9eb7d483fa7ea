package dev.diecast.standalone.virt;

import java.io.IOException;

/** The guest's agent does not answer. */
public final class GuestUnreachableException extends IOException {

  GuestUnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
