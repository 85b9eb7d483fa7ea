package dev.diecast.core.pipe;

/**
 * The descriptors of all packets in an engine: a fixed number, taken and given back, in parallel
 * arrays, so that a packet in flight costs no object. Descriptor d owns the d-th slot of the
 * engine's payload memory; a packet's bytes stay there from door to door.
 */
public final class Descriptors {
  static final int NONE = -1;

  final int[] next;
  final int[] frameBytes;
  final int[] hop;
  final int[] source;
  final int[] destination;
  final int[][] route;
  final long[] startNanos;
  final long[] departNanos;
  final long[] exitNanos;

  /** When a packet came to the pipe that it is in, or ought to have come. */
  final long[] arrivedNanos;

  /** When a packet came into the engine, or ought to have come. */
  final long[] enteredNanos;

  private int firstFree;
  private int free;

  public Descriptors(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("an engine of %d descriptors".formatted(capacity));
    }
    next = new int[capacity];
    frameBytes = new int[capacity];
    hop = new int[capacity];
    source = new int[capacity];
    destination = new int[capacity];
    route = new int[capacity][];
    startNanos = new long[capacity];
    departNanos = new long[capacity];
    exitNanos = new long[capacity];
    arrivedNanos = new long[capacity];
    enteredNanos = new long[capacity];
    for (int i = 0; i < capacity; i++) {
      next[i] = i + 1 < capacity ? i + 1 : NONE;
    }
    free = capacity;
  }

  public int capacity() {
    return next.length;
  }

  /** Descriptors that nobody holds. */
  public int free() {
    return free;
  }

  /** Length of the packet that a descriptor stands for, in bytes, without check sequence. */
  public int frameBytes(int descriptor) {
    return frameBytes[descriptor];
  }

  /** One that is free, or {@link #NONE}. */
  int take() {
    int taken = firstFree;
    if (taken != NONE) {
      firstFree = next[taken];
      next[taken] = NONE;
      free--;
    }
    return taken;
  }

  void giveBack(int descriptor) {
    route[descriptor] = null;
    next[descriptor] = firstFree;
    firstFree = descriptor;
    free++;
  }
}
