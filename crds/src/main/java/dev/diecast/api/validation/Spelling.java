package dev.diecast.api.validation;

import java.util.Arrays;
import java.util.Locale;

/** Whether one name may be a misspelling of another. */
final class Spelling {

  /** One slip in three letters, two at most. */
  static boolean isClose(String known, String written) {
    String a = known.toLowerCase(Locale.ROOT);
    String b = written.toLowerCase(Locale.ROOT);
    int allowed = Math.min(2, Math.max(1, b.length() / 3));
    return Math.abs(a.length() - b.length()) <= allowed && distance(a, b) <= allowed;
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    Arrays.setAll(previous, column -> column);
    for (int row = 1; row <= a.length(); row++) {
      int[] current = new int[b.length() + 1];
      current[0] = row;
      for (int column = 1; column <= b.length(); column++) {
        int replaced = previous[column - 1] + (a.charAt(row - 1) == b.charAt(column - 1) ? 0 : 1);
        current[column] = Math.min(replaced, 1 + Math.min(previous[column], current[column - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }

  private Spelling() {}
}
