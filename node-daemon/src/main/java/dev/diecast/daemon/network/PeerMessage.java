package dev.diecast.daemon.network;

import java.nio.ByteBuffer;

/**
 * What engines send to each other in UDP, big-endian: 64 bytes of header, then the frame of a
 * packet. The header ends with the tag of the whole. Positions are counted from the header's first
 * byte.
 */
final class PeerMessage {
  static final int HEADER_BYTES = 64;

  /** A packet: {@link #instant} is its deadline at its next pipe, by the sender's clock. */
  static final byte PACKET = 1;

  /** A question for the time: {@link #instant} is when it was asked. */
  static final byte QUESTION = 2;

  /** The answer: {@link #instant} is the question's, {@link #peerInstant} when it was answered. */
  static final byte ANSWER = 3;

  private static final int MAGIC = 0x44435032;
  private static final int TYPE = 4;
  private static final int FROM = 6;
  private static final int NETWORK = 8;
  private static final int INSTANT = 16;
  private static final int SOURCE = 24;
  private static final int DESTINATION = 28;
  private static final int PEER_INSTANT = 24;
  private static final int HOP = 32;
  private static final int FRAME_BYTES = 36;
  private static final int NUMBER = 40;
  private static final int TAG = 48;

  private PeerMessage() {}

  static void begin(ByteBuffer memory, int at, byte type, int from, long network, long instant) {
    memory.putInt(at, MAGIC);
    memory.put(at + TYPE, type);
    memory.put(at + TYPE + 1, (byte) 0);
    memory.putShort(at + FROM, (short) from);
    memory.putLong(at + NETWORK, network);
    memory.putLong(at + INSTANT, instant);
  }

  static void putPacket(
      ByteBuffer memory, int at, int source, int destination, int hop, int frameBytes) {
    memory.putInt(at + SOURCE, source);
    memory.putInt(at + DESTINATION, destination);
    memory.putInt(at + HOP, hop);
    memory.putInt(at + FRAME_BYTES, frameBytes);
  }

  static void putPeerInstant(ByteBuffer memory, int at, long instant) {
    memory.putLong(at + PEER_INSTANT, instant);
  }

  /** Whether this says that it is a message of our network, whole; {@link #isBy} proves it. */
  static boolean isOurs(ByteBuffer memory, int at, int bytes, long network) {
    if (bytes < HEADER_BYTES
        || memory.getInt(at) != MAGIC
        || memory.getLong(at + NETWORK) != network) {
      return false;
    }
    int type = memory.get(at + TYPE);
    return type == QUESTION
        || type == ANSWER
        || type == PACKET && memory.getInt(at + FRAME_BYTES) == bytes - HEADER_BYTES;
  }

  /**
   * The last thing before a message is sent.
   *
   * @param number of this message, greater than of any before to the same engine
   */
  static void seal(ByteBuffer memory, int at, int bytes, DatagramTag tag, long number) {
    memory.putLong(at + NUMBER, number);
    tag.put(memory, at, bytes, TAG);
  }

  /** Whether it comes from the engine that has this tag's key, and as it was sent. */
  static boolean isBy(DatagramTag tag, ByteBuffer memory, int at, int bytes) {
    return tag.isRight(memory, at, bytes, TAG);
  }

  static long number(ByteBuffer memory, int at) {
    return memory.getLong(at + NUMBER);
  }

  static byte type(ByteBuffer memory, int at) {
    return memory.get(at + TYPE);
  }

  static int from(ByteBuffer memory, int at) {
    return memory.getShort(at + FROM) & 0xffff;
  }

  static long instant(ByteBuffer memory, int at) {
    return memory.getLong(at + INSTANT);
  }

  static long peerInstant(ByteBuffer memory, int at) {
    return memory.getLong(at + PEER_INSTANT);
  }

  static int source(ByteBuffer memory, int at) {
    return memory.getInt(at + SOURCE);
  }

  static int destination(ByteBuffer memory, int at) {
    return memory.getInt(at + DESTINATION);
  }

  static int hop(ByteBuffer memory, int at) {
    return memory.getInt(at + HOP);
  }
}
