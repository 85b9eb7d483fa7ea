package dev.diecast.daemon.network.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * What tells frames apart by their beginning, and stays as it is on their way through the kernel:
 * all of it but the check sums of TCP and UDP, which the kernel may fill in at the last moment.
 */
public final class FrameContent {
  /** Of an Ethernet header. */
  public static final int LEAST_BYTES = 14;

  private static final ValueLayout.OfShort BIG_ENDIAN_SHORT =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int DESTINATION_BYTES = 6;
  private static final int TYPE = 12;
  private static final int PAYLOAD = LEAST_BYTES;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;
  private static final int IPV4_PROTOCOL = PAYLOAD + 9;
  private static final int IPV6_NEXT_HEADER = PAYLOAD + 6;
  private static final int IPV6_BYTES = 40;
  private static final byte TCP = 6;
  private static final byte UDP = 17;
  private static final int TCP_CHECK_SUM = 16;
  private static final int UDP_CHECK_SUM = 6;
  private static final int NONE = -1;

  private FrameContent() {}

  /** The receiver's address, as a number. */
  public static long destination(MemorySegment head) {
    long address = 0;
    for (int i = 0; i < DESTINATION_BYTES; i++) {
      address = address << Byte.SIZE | head.get(JAVA_BYTE, i) & 0xff;
    }
    return address;
  }

  /**
   * The same for the same frame; of others hardly ever.
   *
   * @param head at least an Ethernet header
   * @param bytes of the whole frame
   */
  public static long of(MemorySegment head, int bytes) {
    CRC32C one = new CRC32C();
    CRC32C other = new CRC32C();
    int sum = checkSum(head);
    int size = (int) head.byteSize();
    if (sum == NONE || sum + 2 > size) {
      sum = size;
    }
    one.update(head.asSlice(0, sum).asByteBuffer());
    if (sum < size) {
      other.update(head.asSlice(sum + 2L).asByteBuffer());
    }
    other.update(bytes);
    other.update(bytes >>> Byte.SIZE);
    return one.getValue() << Integer.SIZE | other.getValue();
  }

  private static int checkSum(MemorySegment head) {
    if (head.byteSize() <= IPV4_PROTOCOL) {
      return NONE;
    }
    return switch (Short.toUnsignedInt(head.get(BIG_ENDIAN_SHORT, TYPE))) {
      case IPV4 ->
          checkSum(
              head.get(JAVA_BYTE, IPV4_PROTOCOL),
              PAYLOAD + (head.get(JAVA_BYTE, PAYLOAD) & 0xf) * 4);
      case IPV6 -> checkSum(head.get(JAVA_BYTE, IPV6_NEXT_HEADER), PAYLOAD + IPV6_BYTES);
      default -> NONE;
    };
  }

  private static int checkSum(byte protocol, int at) {
    return switch (protocol) {
      case TCP -> at + TCP_CHECK_SUM;
      case UDP -> at + UDP_CHECK_SUM;
      default -> NONE;
    };
  }
}
