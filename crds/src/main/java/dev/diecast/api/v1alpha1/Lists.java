package dev.diecast.api.v1alpha1;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Lists as they come from JSON. */
final class Lists {

  /**
   * An immutable copy that may hold nulls, as {@code List.copyOf} may not: a null element in a
   * user's file is refused by validation with its path, and must reach it.
   */
  static <T> List<T> keepingNulls(List<T> list) {
    return list == null ? List.of() : Collections.unmodifiableList(new ArrayList<>(list));
  }

  private Lists() {}
}
