package dev.diecast.core.ethernet;

/**
 * From addresses of up to 128 bits to small numbers; open addressing, looked up without objects.
 */
final class AddressIndex {
  static final int ABSENT = -1;

  private long[] high = new long[16];
  private long[] low = new long[16];
  private int[] values = filled(16);
  private int size;

  /**
   * @return what the address stood for before, or {@link #ABSENT}
   */
  int put(long keyHigh, long keyLow, int value) {
    if (2 * (size + 1) > values.length) {
      grow();
    }
    int slot = slot(keyHigh, keyLow);
    int before = values[slot];
    if (before == ABSENT) {
      size++;
    }
    high[slot] = keyHigh;
    low[slot] = keyLow;
    values[slot] = value;
    return before;
  }

  int get(long keyHigh, long keyLow) {
    return values[slot(keyHigh, keyLow)];
  }

  private int slot(long keyHigh, long keyLow) {
    long mixed = (keyHigh * 31 + keyLow) * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & values.length - 1;
    while (values[slot] != ABSENT && (high[slot] != keyHigh || low[slot] != keyLow)) {
      slot = slot + 1 & values.length - 1;
    }
    return slot;
  }

  private void grow() {
    long[] oldHigh = high;
    long[] oldLow = low;
    int[] oldValues = values;
    high = new long[2 * oldValues.length];
    low = new long[2 * oldValues.length];
    values = filled(2 * oldValues.length);
    size = 0;
    for (int i = 0; i < oldValues.length; i++) {
      if (oldValues[i] != ABSENT) {
        put(oldHigh[i], oldLow[i], oldValues[i]);
      }
    }
  }

  private static int[] filled(int length) {
    int[] values = new int[length];
    java.util.Arrays.fill(values, ABSENT);
    return values;
  }
}
