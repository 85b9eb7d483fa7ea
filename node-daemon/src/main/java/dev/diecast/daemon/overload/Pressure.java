package dev.diecast.daemon.overload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Pressure stall information (Linux, accounting/psi.rst). */
final class Pressure {
  /** The kernel does not say. */
  static final long UNKNOWN = -1;

  private Pressure() {}

  /** Microseconds since boot in which some task waited; {@link #UNKNOWN} without PSI. */
  static long someMicros(Path file) {
    try {
      return parse(Files.readString(file));
    } catch (IOException e) {
      return UNKNOWN; // CONFIG_PSI off, or psi=0
    }
  }

  static long parse(String pressure) {
    for (String line : pressure.split("\n")) {
      int total = line.indexOf("total=");
      if (line.startsWith("some ") && total >= 0) {
        return Long.parseLong(line.substring(total + "total=".length()).strip());
      }
    }
    return UNKNOWN;
  }
}
