package dev.diecast.daemon.network;

import dev.diecast.core.pipe.Door;

/**
 * How an engine runs, whatever network it emulates.
 *
 * @param maximumFrameBytes longest frame taken, without check sequence: MTU + 14, + 4 for a VLAN
 *     tag
 * @param seed of the losses
 * @param spinNanos how long before a deadline the thread stops sleeping and watches the clock
 * @param realTime whether to ask for the real-time class; without the right to it the engine runs
 *     all the same and its report says so
 */
public record EngineSettings(
    Door door, int maximumFrameBytes, long seed, long spinNanos, boolean realTime) {

  public static final EngineSettings DEFAULT = new EngineSettings(Door.DEFAULT, 1518, 1, 0, true);

  private static final int LEAST_FRAME_BYTES = 60;
  private static final int MOST_FRAME_BYTES = 65_550;

  public EngineSettings {
    if (maximumFrameBytes < LEAST_FRAME_BYTES || maximumFrameBytes > MOST_FRAME_BYTES) {
      throw new IllegalArgumentException(
          "frames of at most %d bytes: write %d to %d"
              .formatted(maximumFrameBytes, LEAST_FRAME_BYTES, MOST_FRAME_BYTES));
    }
    if (spinNanos < 0) {
      throw new IllegalArgumentException("spinning for %d ns".formatted(spinNanos));
    }
  }
}
