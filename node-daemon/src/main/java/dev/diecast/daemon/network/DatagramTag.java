package dev.diecast.daemon.network;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * Proves that a datagram comes from whoever has the same key, and as it was sent: HMAC-SHA-256 (RFC
 * 2104) of all but the tag itself, the first half of it, as IPsec takes (RFC 4868). One thread uses
 * it.
 */
final class DatagramTag {
  static final String ALGORITHM = "HmacSHA256";
  static final int BYTES = 16;

  private final Mac mac;
  private final byte[] whole;
  private final byte[] expected = new byte[BYTES];
  private final byte[] given = new byte[BYTES];
  private byte[] datagram = new byte[2048];

  DatagramTag(SecretKey key) {
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("a key that is none for " + ALGORITHM, e);
    }
    whole = new byte[mac.getMacLength()];
  }

  /**
   * Writes the tag.
   *
   * @param at where the datagram begins
   * @param bytes of the datagram, header and tag included
   * @param place of the tag, from the datagram's beginning
   */
  void put(ByteBuffer memory, int at, int bytes, int place) {
    compute(memory, at, bytes, place);
    memory.put(at + place, expected);
  }

  /** Whether the tag is that of this datagram; takes as long for any wrong one. */
  boolean isRight(ByteBuffer memory, int at, int bytes, int place) {
    compute(memory, at, bytes, place);
    memory.get(at + place, given);
    return MessageDigest.isEqual(expected, given);
  }

  /** Copies first: Mac would take an array for each buffer that is outside the heap. */
  private void compute(ByteBuffer memory, int at, int bytes, int place) {
    if (datagram.length < bytes) {
      datagram = Arrays.copyOf(datagram, bytes);
    }
    memory.get(at, datagram, 0, bytes);
    mac.update(datagram, 0, place);
    mac.update(datagram, place + BYTES, bytes - place - BYTES);
    try {
      mac.doFinal(whole, 0);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
    System.arraycopy(whole, 0, expected, 0, BYTES);
  }
}
