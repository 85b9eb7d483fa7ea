package dev.diecast.daemon.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class PeerIdentityTest {
  private static final int PLACE = 40;

  private final PeerIdentity a = PeerIdentity.generate();
  private final PeerIdentity b = PeerIdentity.generate();

  @Test
  void twoComeToOneKeyAndNobodyElseDoes() {
    byte[] key = a.agree(b.publicKey(), "n").getEncoded();
    assertThat(key).hasSize(32).isEqualTo(b.agree(a.publicKey(), "n").getEncoded());
    assertThat(a.publicKey()).as("as the CRD takes it").hasSizeLessThanOrEqualTo(64);
    assertThat(a.agree(b.publicKey(), "another network").getEncoded()).isNotEqualTo(key);
    PeerIdentity c = PeerIdentity.generate();
    assertThat(c.agree(b.publicKey(), "n").getEncoded()).isNotEqualTo(key);
    assertThat(c.agree(a.publicKey(), "n").getEncoded()).isNotEqualTo(key);
  }

  /** Base64 of nothing sensible, of another kind of key, and of a point that gives no secret. */
  @Test
  void whatIsNoKeyIsRefused() {
    String nothing = "MCowBQYDK2VuAyEA" + "A".repeat(43) + "=";
    String signing = "MCowBQYDK2VwAyEA" + "A".repeat(43) + "=";
    for (String bad : new String[] {"", "no base64!", "AAAA", nothing, signing}) {
      assertThatThrownBy(() -> a.agree(bad, "n"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no X25519 public key");
    }
  }

  /** RFC 4231, test case 2, whose message is cut in two by the place of the tag. */
  @Test
  void theTagIsTheStandardsOfAllButItself() {
    DatagramTag tag = new DatagramTag(new SecretKeySpec("Jefe".getBytes(), DatagramTag.ALGORITHM));
    ByteBuffer datagram = ByteBuffer.allocateDirect(100);
    byte[] message = "what do ya want for nothing?".getBytes();
    datagram.put(7, message, 0, 10).put(7 + 10 + DatagramTag.BYTES, message, 10, 18);
    int bytes = message.length + DatagramTag.BYTES;
    tag.put(datagram, 7, bytes, 10);
    byte[] put = new byte[DatagramTag.BYTES];
    datagram.get(7 + 10, put);
    assertThat(HexFormat.of().formatHex(put)).isEqualTo("5bdcc146bf60754e6a042426089575c7");
    assertThat(tag.isRight(datagram, 7, bytes, 10)).isTrue();
  }

  @Test
  void everyBitCounts() {
    long seed = Long.getLong("diecast.seed", 1);
    Random random = new Random(seed);
    DatagramTag tag = new DatagramTag(a.agree(b.publicKey(), "n"));
    byte[] bytes = new byte[5000];
    random.nextBytes(bytes);
    for (int length : new int[] {PLACE + DatagramTag.BYTES, 120, bytes.length}) {
      ByteBuffer datagram = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
      tag.put(datagram, 0, length, PLACE);
      for (int i = 0; i < 200; i++) {
        int at = random.nextInt(length);
        byte was = datagram.get(at);
        datagram.put(at, (byte) (was ^ 1 << random.nextInt(8)));
        assertThat(tag.isRight(datagram, 0, length, PLACE)).as("seed %d, %d", seed, at).isFalse();
        datagram.put(at, was);
      }
      assertThat(tag.isRight(datagram, 0, length, PLACE)).isTrue();
    }
  }
}
