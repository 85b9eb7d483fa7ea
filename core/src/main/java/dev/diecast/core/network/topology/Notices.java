package dev.diecast.core.network.topology;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects what users should know of their input: of each sort the first few, and how many more.
 */
final class Notices {
  private static final int SHOWN_OF_A_SORT = 5;

  private final Map<String, Integer> counts = new LinkedHashMap<>();
  private final List<String> shown = new ArrayList<>();

  /**
   * @param sort what the notice is about, such as "self-loops"; printed where more follow
   */
  void add(String sort, String notice) {
    if (counts.merge(sort, 1, Integer::sum) <= SHOWN_OF_A_SORT) {
      shown.add(notice);
    }
  }

  List<String> toList() {
    List<String> all = new ArrayList<>(shown);
    counts.forEach(
        (sort, count) -> {
          if (count > SHOWN_OF_A_SORT) {
            all.add("%s: %d more".formatted(sort, count - SHOWN_OF_A_SORT));
          }
        });
    return all;
  }
}
