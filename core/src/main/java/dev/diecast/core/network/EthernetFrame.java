package dev.diecast.core.network;

/**
 * What a packet takes of a link. Frames are counted from destination address to payload, as a tap
 * gives them.
 *
 * <p>Source: IEEE 802.3, clauses 3 and 4.4: 7 + 1 bytes of preamble and start delimiter, at least
 * 64 bytes of frame with its check sequence, 12 bytes of gap.
 */
public final class EthernetFrame {
  /** The largest untagged frame, bytes. */
  public static final int FULL_BYTES = 1514;

  private static final int PREAMBLE_AND_GAP_BYTES = 20;
  private static final int CHECK_SEQUENCE_BYTES = 4;
  private static final int SHORTEST_WITH_CHECK_SEQUENCE_BYTES = 64;

  private EthernetFrame() {}

  /** Bits for which a frame of so many bytes keeps a link from sending another. */
  public static int wireBits(int frameBytes) {
    return 8
        * (Math.max(frameBytes + CHECK_SEQUENCE_BYTES, SHORTEST_WITH_CHECK_SEQUENCE_BYTES)
            + PREAMBLE_AND_GAP_BYTES);
  }
}
