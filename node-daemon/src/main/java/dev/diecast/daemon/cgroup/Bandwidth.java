package dev.diecast.daemon.cgroup;

/**
 * What the CFS bandwidth controller holds for one cgroup.
 *
 * @param quotaMicros CPU time per period, host microseconds; {@link #UNLIMITED} for no cap
 * @param periodMicros host microseconds
 */
record Bandwidth(long quotaMicros, long periodMicros) {
  static final long UNLIMITED = -1;

  boolean isUnlimited() {
    return quotaMicros == UNLIMITED;
  }
}
