package dev.diecast.standalone.worker;

import java.util.Arrays;
import java.util.List;

/** Which of Debian's generic kernels a worker VM runs: that of a release. */
public enum WorkerKernel {
  /** 6.1. */
  BOOKWORM("bookworm"),
  /** 6.12, made for bookworm: its headers' programs run on a bookworm. */
  BOOKWORM_BACKPORTS("bookworm-backports");

  public static final WorkerKernel DEFAULT = BOOKWORM;

  private final String release;

  WorkerKernel(String release) {
    this.release = release;
  }

  /** As Debian calls it. */
  public String release() {
    return release;
  }

  /** All that can be asked for. */
  public static List<String> releases() {
    return Arrays.stream(values()).map(WorkerKernel::release).toList();
  }

  /**
   * That of a release.
   *
   * @throws IllegalArgumentException where no worker VM runs it; the message names what is possible
   */
  public static WorkerKernel ofRelease(String release) {
    return Arrays.stream(values())
        .filter(kernel -> kernel.release.equals(release))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "a worker VM runs the kernel of Debian %s, not of \"%s\""
                        .formatted(String.join(" or ", releases()), release)));
  }
}
