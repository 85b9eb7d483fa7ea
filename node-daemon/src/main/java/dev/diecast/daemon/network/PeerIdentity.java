package dev.diecast.daemon.network;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.KDF;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * By what a daemon's engines are known to those of other hosts: an X25519 key pair (RFC 7748),
 * which lives as long as the daemon and of which the private half never leaves it.
 */
public final class PeerIdentity {
  private static final String CURVE = "X25519";
  private static final String PURPOSE = "diecast.dev peer link 1";

  /** As many as the digest has (RFC 2104, section 3). */
  private static final int KEY_BYTES = 32;

  private final KeyPair pair;

  private PeerIdentity(KeyPair pair) {
    this.pair = pair;
  }

  public static PeerIdentity generate() {
    try {
      return new PeerIdentity(KeyPairGenerator.getInstance(CURVE).generateKeyPair());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK has " + CURVE, impossible);
    }
  }

  /** For all to read: SubjectPublicKeyInfo (RFC 8410) in Base64, 60 characters. */
  public String publicKey() {
    return Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
  }

  /**
   * The key that this daemon and another one alone have, each computed from its own private and the
   * other's public half; by HKDF (RFC 5869) bound to both halves and to what it is for.
   *
   * @param published the other's {@link #publicKey}
   * @param network what is done with it: another network has another key
   * @throws IllegalArgumentException where that is no such key
   */
  public SecretKey agree(String published, String network) {
    try {
      byte[] encoded = Base64.getDecoder().decode(published);
      PublicKey other =
          KeyFactory.getInstance(CURVE).generatePublic(new X509EncodedKeySpec(encoded));
      KeyAgreement agreement = KeyAgreement.getInstance(CURVE);
      agreement.init(pair.getPrivate());
      agreement.doPhase(other, true);
      String both = Stream.of(publicKey(), published).sorted().collect(Collectors.joining("\n"));
      byte[] info = String.join("\n", PURPOSE, both, network).getBytes(StandardCharsets.UTF_8);
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(
              DatagramTag.ALGORITHM,
              HKDFParameterSpec.ofExtract()
                  .addIKM(agreement.generateSecret())
                  .thenExpand(info, KEY_BYTES));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"%s\" is no X25519 public key in Base64".formatted(published), e);
    }
  }
}
