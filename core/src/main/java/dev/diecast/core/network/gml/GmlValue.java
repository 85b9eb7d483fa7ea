package dev.diecast.core.network.gml;

import java.math.BigDecimal;
import java.util.List;

/** What stands behind a key of a GML file. */
public sealed interface GmlValue {

  /** A whole or real number, exact. */
  record Number(BigDecimal value) implements GmlValue {}

  /**
   * A quoted text with its character references resolved, or one of the words INF, NAN, true,
   * false.
   */
  record Text(String value) implements GmlValue {}

  /** What stands between brackets, in the file's order; keys may repeat. */
  record Items(List<GmlEntry> entries) implements GmlValue {
    public Items {
      entries = List.copyOf(entries);
    }
  }
}
