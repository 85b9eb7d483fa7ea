package dev.diecast.daemon.network;

import java.util.BitSet;

/**
 * Which numbers of a sender's datagrams have come, so that none counts twice (RFC 4303, section
 * 3.4.3, with a window as wide as RFC 6479 advises: hosts' networks change the order of datagrams).
 */
final class ReplayWindow {
  static final int SIZE = 1024;

  private final BitSet come = new BitSet(SIZE);
  private long greatest = -1;

  /**
   * Takes in a number; of datagrams that are proven only.
   *
   * @param number from 0
   * @return whether it is new; one that is too old to know is not
   */
  boolean take(long number) {
    if (greatest - number >= SIZE) {
      return false;
    }
    for (long skipped = Math.max(greatest, number - SIZE) + 1; skipped <= number; skipped++) {
      come.clear(place(skipped));
    }
    greatest = Math.max(greatest, number);
    if (come.get(place(number))) {
      return false;
    }
    come.set(place(number));
    return true;
  }

  private static int place(long number) {
    return (int) (number % SIZE);
  }
}
