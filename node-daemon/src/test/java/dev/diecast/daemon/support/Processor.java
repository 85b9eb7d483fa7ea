package dev.diecast.daemon.support;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the tests run on. */
public final class Processor {
  private Processor() {}

  /**
   * Skips a test where QEMU emulates the processor, as in the worker VM.
   *
   * @param why it cannot be told there
   */
  public static void assumeReal(String why) throws IOException {
    assumeFalse(isEmulated(), "SKIPPED: the processor is emulated: " + why);
  }

  /** The model that QEMU's emulation gives itself (target/i386/cpu.c, {@code max}). */
  public static boolean isEmulated() throws IOException {
    return Files.readString(Path.of("/proc/cpuinfo")).contains("QEMU TCG CPU");
  }
}
