package dev.diecast.core.network.attach;

import dev.diecast.core.network.route.RouterGraph;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which virtual nodes can reach each other: those of one island can, those of two cannot.
 *
 * @param parts each with the indexes of its virtual nodes, ascending
 */
public record Islands(List<List<Integer>> parts) {
  private static final int SHOWN_NAMES = 5;
  private static final int SHOWN_PARTS = 10;

  public Islands {
    parts = parts.stream().map(List::copyOf).toList();
  }

  /**
   * @param downLinks links that are taken not to be there
   */
  public static Islands of(AttachedNetwork network, BitSet downLinks) {
    RouterGraph graph = RouterGraph.of(network.topology());
    int[] component = graph.components(graph.allNodes(), downLinks);
    Map<Integer, List<Integer>> parts = new TreeMap<>();
    for (VirtualNode node : network.virtualNodes()) {
      parts.computeIfAbsent(component[node.router()], part -> new ArrayList<>()).add(node.index());
    }
    return new Islands(List.copyOf(parts.values()));
  }

  public boolean isOne() {
    return parts.size() == 1;
  }

  /** Each island for people: {@code web-0, web-3 and 7 more}. */
  public List<String> describe(AttachedNetwork network) {
    List<String> lines = new ArrayList<>();
    for (List<Integer> part : parts.subList(0, Math.min(SHOWN_PARTS, parts.size()))) {
      List<String> names =
          part.stream()
              .limit(SHOWN_NAMES)
              .map(index -> network.virtualNodes().get(index).name())
              .toList();
      int more = part.size() - names.size();
      lines.add(String.join(", ", names) + (more > 0 ? " and " + more + " more" : ""));
    }
    if (parts.size() > SHOWN_PARTS) {
      lines.add("and %d more islands".formatted(parts.size() - SHOWN_PARTS));
    }
    return lines;
  }
}
