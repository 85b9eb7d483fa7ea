package dev.diecast.daemon.network;

import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.linux.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * The bytes of all packets inside an engine: one slot per descriptor, outside the heap, where
 * system calls read and write them. Before each frame there is room for the length that QEMU's
 * stream protocol puts there, or for the header between engines, so that one call sends both. A
 * slot takes the host's memory once it was used, and the scheduler uses again what was used last.
 */
final class PacketMemory {
  static final int PREFIX_BYTES = 4;
  private static final int HEADROOM_BYTES = 64;
  private static final int LEAST_FRAME_ROOM_BYTES = 128;

  private final MemorySegment segment;
  private final ByteBuffer buffer;
  private final int slotBytes;
  private final int slots;
  private final int frameRoomBytes;

  PacketMemory(int slots, int maximumFrameBytes, Arena arena) throws SystemCallException {
    // One byte more than a frame may have, to tell those that are longer.
    frameRoomBytes = Math.max(maximumFrameBytes + 1, LEAST_FRAME_ROOM_BYTES);
    slotBytes = Math.ceilDiv(HEADROOM_BYTES + frameRoomBytes, 64) * 64;
    this.slots = slots;
    long bytes = (slots + 1L) * slotBytes;
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%d packets of %d bytes need more than 2 GiB: take fewer descriptors or a smaller MTU"
              .formatted(slots, maximumFrameBytes));
    }
    segment = SystemCalls.reserve(bytes, arena);
    buffer = segment.asByteBuffer();
  }

  /** All slots, big-endian; a frame begins at {@link #frame}. */
  ByteBuffer buffer() {
    return buffer;
  }

  MemorySegment segment() {
    return segment;
  }

  /** Where the frame of a slot begins in {@link #buffer}. */
  int frame(int slot) {
    return slot * slotBytes + HEADROOM_BYTES;
  }

  /** One more slot, for what is read only to see what it is. */
  int spare() {
    return slots;
  }

  long frameAddress(int slot) {
    return segment.address() + frame(slot);
  }

  int frameRoomBytes() {
    return frameRoomBytes;
  }

  /** Address of a frame with its length before it, as QEMU's stream protocol has it. */
  long prefixed(int slot, int frameBytes) {
    buffer.putInt(frame(slot) - PREFIX_BYTES, frameBytes);
    return frameAddress(slot) - PREFIX_BYTES;
  }
}
