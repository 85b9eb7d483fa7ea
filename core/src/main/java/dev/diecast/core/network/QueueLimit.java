package dev.diecast.core.network;

/**
 * How much a pipe's drop-tail queue holds; what arrives beyond it is dropped. The same in both time
 * frames.
 */
public sealed interface QueueLimit {

  /** The queue of a pipe of which nothing else is said: ns-2's and ModelNet's 50 packets. */
  QueueLimit DEFAULT = new Packets(50);

  /**
   * A whole number of packets, whatever their size.
   *
   * @param packets 1 to 1,000,000
   */
  record Packets(int packets) implements QueueLimit {
    public static final int MAXIMUM = 1_000_000;

    public Packets {
      if (packets < 1 || packets > MAXIMUM) {
        throw new IllegalArgumentException(
            "a queue of %d packets: write 1 to %d (a queue of none would drop every packet)"
                .formatted(packets, MAXIMUM));
      }
    }

    @Override
    public String toString() {
      return packets + " packets";
    }
  }

  /**
   * Bytes of frames, without preamble and gap.
   *
   * @param bytes {@link #EthernetFrame.FULL_BYTES} to 1,000,000,000
   */
  record Bytes(long bytes) implements QueueLimit {
    public static final long MAXIMUM = 1_000_000_000L;

    public Bytes {
      if (bytes < EthernetFrame.FULL_BYTES || bytes > MAXIMUM) {
        throw new IllegalArgumentException(
            "a queue of %d bytes: write %d (one full frame) to %d"
                .formatted(bytes, EthernetFrame.FULL_BYTES, MAXIMUM));
      }
    }

    @Override
    public String toString() {
      return bytes + " bytes";
    }
  }
}
