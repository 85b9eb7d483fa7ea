package dev.diecast.core.disk;

import dev.diecast.core.Rational;
import java.util.Map;

/**
 * A disk as its guest sees it.
 *
 * @param limits per guest second; a rate that is absent is not limited
 * @param floor least latencies, guest time
 */
public record GuestDisk(String name, Map<DiskRate, Rational> limits, LatencyFloor floor) {
  public GuestDisk {
    limits = Map.copyOf(limits);
  }
}
