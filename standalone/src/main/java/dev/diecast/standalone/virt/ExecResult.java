package dev.diecast.standalone.virt;

import java.nio.charset.StandardCharsets;

/**
 * How a command in a guest ended.
 *
 * @param exitCode 128 + n after signal n
 * @param truncated whether the guest agent cut the output (16 MiB)
 */
public record ExecResult(int exitCode, byte[] stdout, byte[] stderr, boolean truncated) {

  public String stdoutText() {
    return new String(stdout, StandardCharsets.UTF_8);
  }

  public String stderrText() {
    return new String(stderr, StandardCharsets.UTF_8);
  }
}
