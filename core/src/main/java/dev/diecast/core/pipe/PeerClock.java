package dev.diecast.core.pipe;

/**
 * What another host's clock shows, estimated from questions and answers: of the last few the one
 * that was answered quickest says most (Mills, RFC 5905, section 10, the clock filter). Half its
 * round trip bounds the error.
 */
public final class PeerClock {
  private static final int SAMPLES = 16;

  private final long[] offsets = new long[SAMPLES];
  private final long[] roundTrips = new long[SAMPLES];
  private int count;
  private int best;

  /**
   * Takes in an answer.
   *
   * @param askedNanos when it was asked, by this host's clock
   * @param peerNanos what the peer's clock showed when it answered
   * @param answeredNanos when the answer came, by this host's clock
   */
  public void sample(long askedNanos, long peerNanos, long answeredNanos) {
    int place = count % SAMPLES;
    roundTrips[place] = answeredNanos - askedNanos;
    offsets[place] = peerNanos - (askedNanos + roundTrips[place] / 2);
    count++;
    best = 0;
    for (int i = 1; i < Math.min(count, SAMPLES); i++) {
      if (roundTrips[i] < roundTrips[best]) {
        best = i;
      }
    }
  }

  /** Whether anything is known yet. */
  public boolean isKnown() {
    return count > 0;
  }

  /** An instant of the peer's clock, by this host's. */
  public long toHere(long peerNanos) {
    return peerNanos - offsets[best];
  }

  /** By how much {@link #toHere} may be wrong. */
  public long errorNanos() {
    return count == 0 ? Long.MAX_VALUE : roundTrips[best] / 2;
  }
}
