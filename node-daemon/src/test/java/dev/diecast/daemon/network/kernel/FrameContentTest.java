package dev.diecast.daemon.network.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class FrameContentTest {
  private static final int IPV4_TCP_CHECK_SUM = 14 + 20 + 16;
  private static final int IPV6_UDP_CHECK_SUM = 14 + 40 + 6;

  private static byte[] frame(int type, int protocolAt, int protocol) {
    byte[] frame = new byte[100];
    for (int i = 0; i < frame.length; i++) {
      frame[i] = (byte) (i * 7);
    }
    frame[12] = (byte) (type >>> 8);
    frame[13] = (byte) type;
    frame[14] = 0x45;
    frame[protocolAt] = (byte) protocol;
    return frame;
  }

  private static long content(byte[] frame) {
    return FrameContent.of(MemorySegment.ofArray(frame), frame.length);
  }

  private static void requireBlindOnlyAt(byte[] frame, int checkSum) {
    long before = content(frame);
    for (int i = 0; i < frame.length; i++) {
      frame[i] ^= 1;
      long now = content(frame);
      // Bytes that say where the check sum is move it; the content differs all the same.
      if (i == checkSum || i == checkSum + 1) {
        assertThat(now).as("byte %d", i).isEqualTo(before);
      } else {
        assertThat(now).as("byte %d", i).isNotEqualTo(before);
      }
      frame[i] ^= 1;
    }
  }

  @Test
  void doesNotSeeTheCheckSumOfTcp() {
    requireBlindOnlyAt(frame(0x0800, 14 + 9, 6), IPV4_TCP_CHECK_SUM);
  }

  @Test
  void doesNotSeeTheCheckSumOfUdp() {
    requireBlindOnlyAt(frame(0x86dd, 14 + 6, 17), IPV6_UDP_CHECK_SUM);
  }

  @Test
  void seesAllOfWhatIsNeither() {
    requireBlindOnlyAt(frame(0x88b5, 20, 1), -10);
    requireBlindOnlyAt(frame(0x0800, 14 + 9, 1), -10);
  }

  @Test
  void theLengthTellsFramesApartThatBeginAlike() {
    MemorySegment head = MemorySegment.ofArray(new byte[14]);
    assertThat(FrameContent.of(head, 128)).isNotEqualTo(FrameContent.of(head, 129));
    assertThat(FrameContent.of(head, 128)).isNotEqualTo(FrameContent.of(head, 128 + 256));
  }

  @Test
  void knowsTheReceiver() {
    byte[] frame = new byte[60];
    for (int i = 0; i < 6; i++) {
      frame[i] = (byte) (0xa0 + i);
    }
    assertThat(FrameContent.destination(MemorySegment.ofArray(frame))).isEqualTo(0xa0a1a2a3a4a5L);
  }
}
