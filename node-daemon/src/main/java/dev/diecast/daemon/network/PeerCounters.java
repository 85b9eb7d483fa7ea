package dev.diecast.daemon.network;

import java.time.Duration;

/**
 * What went between this engine and another one.
 *
 * @param sendDrops that the host's network did not take
 * @param clockErrorMicros by how much deadlines may be off between the two; below 0 where nothing
 *     is known yet
 * @param silentNanos since the other was heard last, or since this engine began
 */
public record PeerCounters(
    long sentPackets,
    long receivedPackets,
    long sendDrops,
    double clockErrorMicros,
    long silentNanos) {

  /** Sixty questions without an answer: a pause of the JVM or a lost datagram is no silence. */
  private static final long SILENCE_NANOS = Duration.ofSeconds(3).toNanos();

  /** Whether the other engine does not answer, or has not yet. */
  public boolean silent() {
    return clockErrorMicros < 0 || silentNanos > SILENCE_NANOS;
  }
}
