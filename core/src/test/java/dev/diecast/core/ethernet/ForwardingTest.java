package dev.diecast.core.ethernet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.Seeded;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ForwardingTest {
  private static final int AT = 2048;
  private static final byte[] IPV6_A = HexFormat.of().parseHex("fd000000000000000000000000000001");
  private static final byte[] IPV6_B = HexFormat.of().parseHex("fd000000000000000000000000000002");
  private static final Station A =
      new Station(
          0,
          MacAddress.parse("52:54:00:00:00:0a"),
          List.of(IpAddress.of((byte) 10, (byte) 0, (byte) 0, (byte) 1), IpAddress.of(IPV6_A)));
  private static final Station B =
      new Station(
          1,
          MacAddress.parse("52:54:00:00:00:0b"),
          List.of(IpAddress.of((byte) 10, (byte) 0, (byte) 0, (byte) 2), IpAddress.of(IPV6_B)));

  private final Forwarding forwarding = new Forwarding(List.of(A, B));
  private final ByteBuffer memory = ByteBuffer.allocate(3 * AT);

  private int decide(String hex, int source) {
    byte[] frame = HexFormat.of().parseHex(hex.replaceAll("[ \n]", ""));
    memory.put(AT, frame);
    return forwarding.decide(memory, AT, frame.length, source);
  }

  private String answer() {
    byte[] bytes = new byte[forwarding.answerBytes()];
    memory.get(AT, bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void aFrameGoesToTheOwnerOfItsMacAddressWhateverItHolds() {
    assertThat(decide("52540000000b 52540000000a 88b5 00", 0)).isOne();
    assertThat(decide("52540000000b 52540000000a 8100 0005 0800 45", 0)).isOne();
  }

  @Test
  void anIpPacketToAnUnknownMacGoesByItsAddressAndGetsTheOwnersMac() {
    String ipv4 = "4500001400000000400100000a0000010a000002";
    assertThat(decide("0200000000ff 52540000000a 0800" + ipv4, 0)).isOne();
    assertThat(NeighbourAnswers.mac(memory, AT)).isEqualTo(B.mac().bits());
    String ipv6 =
        "6000000000003a40" + HexFormat.of().formatHex(IPV6_A) + HexFormat.of().formatHex(IPV6_B);
    assertThat(decide("0200000000ff 52540000000a 86dd" + ipv6, 0)).isOne();
    assertThat(decide("0200000000ff 52540000000a 0800" + ipv4.replace("000002", "000009"), 0))
        .isEqualTo(Forwarding.UNKNOWN);
    assertThat(decide("0200000000ff 52540000000a 88b5 00", 0)).isEqualTo(Forwarding.UNKNOWN);
  }

  @Test
  void arpIsAnsweredInTheOwnersName() {
    String request =
        "ffffffffffff 52540000000a 0806 0001 0800 06 04 0001 52540000000a 0a000001 000000000000"
            + " 0a000002";
    assertThat(decide(request, 0)).isEqualTo(Forwarding.ANSWERED);
    assertThat(answer())
        .isEqualTo(
            ("52540000000a 52540000000b 0806 0001 0800 06 04 0002 52540000000b 0a000002"
                    + " 52540000000a 0a000001")
                .replace(" ", ""));
  }

  @Test
  void nobodyHearsThatItsOwnAddressIsTakenNorOfAddressesThatNobodyHas() {
    String probe =
        "ffffffffffff 52540000000a 0806 0001 0800 06 04 0001 52540000000a 00000000 000000000000 ";
    assertThat(decide(probe + "0a000001", 0)).isEqualTo(Forwarding.NOT_FORWARDED);
    assertThat(decide(probe + "0a000001", 1)).as("taken").isEqualTo(Forwarding.ANSWERED);
    assertThat(decide(probe + "0a000003", 0)).isEqualTo(Forwarding.NOT_FORWARDED);
  }

  @Test
  void aSolicitationIsAnsweredByAnAdvertisementWithARightChecksum() {
    String solicitation =
        "3333ff000002 52540000000a 86dd 60000000 0020 3a ff"
            + HexFormat.of().formatHex(IPV6_A)
            + "ff0200000000000000000001ff000002 8700 0000 00000000"
            + HexFormat.of().formatHex(IPV6_B)
            + "0101 52540000000a";
    assertThat(decide(solicitation, 0)).isEqualTo(Forwarding.ANSWERED);
    String answer = answer();
    assertThat(answer).startsWith("52540000000a52540000000b86dd6000000000203aff");
    assertThat(answer)
        .contains(HexFormat.of().formatHex(IPV6_B) + HexFormat.of().formatHex(IPV6_A) + "8800");
    assertThat(answer).endsWith("020152540000000b");
    assertThat(icmpSum(HexFormat.of().parseHex(answer))).isEqualTo(0xffff);
    assertThat(decide(solicitation, 1)).isEqualTo(Forwarding.NOT_FORWARDED);
  }

  @Test
  void whoHasNoAddressYetIsAnsweredThroughAllNodes() {
    String probe =
        "3333ff000002 52540000000a 86dd 60000000 0018 3a ff"
            + "00".repeat(16)
            + "ff0200000000000000000001ff000002 8700 0000 00000000"
            + HexFormat.of().formatHex(IPV6_B);
    assertThat(decide(probe, 0)).isEqualTo(Forwarding.ANSWERED);
    assertThat(answer()).startsWith("333300000001").hasSize(2 * 86);
    assertThat(icmpSum(HexFormat.of().parseHex(answer()))).isEqualTo(0xffff);
  }

  private static int icmpSum(byte[] frame) {
    long sum = 58 + frame.length - 54;
    for (int i = 22; i < frame.length; i += 2) {
      sum += (frame[i] & 0xff) << 8 | frame[i + 1] & 0xff;
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) sum;
  }

  @Test
  void otherBroadcastAndMulticastEndsHere() {
    assertThat(decide("ffffffffffff 52540000000a 0800 4500", 0))
        .isEqualTo(Forwarding.NOT_FORWARDED);
    assertThat(decide("01005e0000fb 52540000000a 0800 4500", 0))
        .isEqualTo(Forwarding.NOT_FORWARDED);
    assertThat(decide("333300000016 52540000000a 86dd" + "00".repeat(60), 0))
        .isEqualTo(Forwarding.NOT_FORWARDED);
  }

  @Test
  void whatIsCutShortIsMalformed() {
    assertThat(decide("", 0)).isEqualTo(Forwarding.MALFORMED);
    assertThat(decide("52540000000b52540000000a08", 0)).isEqualTo(Forwarding.MALFORMED);
    assertThat(decide("ffffffffffff 52540000000a 0806 0001", 0)).isEqualTo(Forwarding.MALFORMED);
    assertThat(decide("0200000000ff 52540000000a 0800 45", 0)).isEqualTo(Forwarding.MALFORMED);
    assertThat(decide("0200000000ff 52540000000a 86dd 60", 0)).isEqualTo(Forwarding.MALFORMED);
  }

  @Test
  void nothingThatAGuestSendsThrowsOrReachesBeyondItsSlot() {
    Seeded.forAll(
        20_000,
        random -> {
          byte[] frame = garbage(random);
          byte[] before = new byte[3 * AT];
          Arrays.fill(before, (byte) 0x5a);
          memory.put(0, before).put(AT, frame);
          int decision = forwarding.decide(memory, AT, frame.length, random.nextInt(2));
          assertThat(decision).isBetween(Forwarding.MALFORMED, 1);
          for (int i = 0; i < 3 * AT; i++) {
            boolean inSlot =
                i >= AT && i < AT + Math.max(frame.length, NeighbourAnswers.ROOM_BYTES);
            if (!inSlot && memory.get(i) != 0x5a) {
              throw new AssertionError("wrote at " + (i - AT) + " of " + frame.length);
            }
          }
        });
  }

  /** Random bytes that begin like something this class looks into, cut off anywhere. */
  private static byte[] garbage(Random random) {
    String[] heads = {
      "ffffffffffff 52540000000a 0806 0001 0800 06 04 0001",
      "3333ff000002 52540000000a 86dd 60000000 0020 3a ff" + "00".repeat(32) + "8700",
      "52540000000b 52540000000a 0800 45",
      "0200000000ff 52540000000a 0800 4f",
      "0200000000ff 52540000000a 86dd 60",
      "ffffffffffff 52540000000a 8100 0001 0806 0001 0800 06 04 0001",
      ""
    };
    byte[] frame = new byte[random.nextInt(1600)];
    random.nextBytes(frame);
    byte[] head = HexFormat.of().parseHex(heads[random.nextInt(heads.length)].replace(" ", ""));
    System.arraycopy(head, 0, frame, 0, Math.min(head.length, frame.length));
    return Arrays.copyOf(frame, random.nextBoolean() ? frame.length : random.nextInt(120));
  }

  @Test
  void addressesBelongToOneStation() {
    Station twin = new Station(2, A.mac(), List.of());
    assertThatThrownBy(() -> new Forwarding(List.of(A, twin)))
        .hasMessage("stations 0 and 2 have the same address 52:54:00:00:00:0a");
    assertThatThrownBy(() -> MacAddress.parse("01:00:5e:00:00:01")).hasMessageContaining("group");
    assertThatThrownBy(() -> MacAddress.parse("52:54:00")).hasMessageContaining("write it as");
  }
}
