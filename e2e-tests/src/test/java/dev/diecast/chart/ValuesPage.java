package dev.diecast.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table of values in the chart's README, from the comments in values.yaml. A key that has a
 * comment {@code # --} is a row; what lies below it is its default.
 */
final class ValuesPage {
  private static final Pattern KEY = Pattern.compile("^( *)([A-Za-z][A-Za-z0-9]*):(?: (.*))?$");
  static final String BEGIN = "<!-- values: made by ChartTest from values.yaml -->";
  static final String END = "<!-- end of values -->";

  private ValuesPage() {}

  /**
   * @param undescribed leaf keys without a comment are added here
   */
  static String table(Path valuesYaml, List<String> undescribed) throws IOException {
    StringBuilder table = new StringBuilder("| value | default | meaning |\n|---|---|---|\n");
    Deque<String> path = new ArrayDeque<>();
    int coveredDepth = Integer.MAX_VALUE;
    String comment = "";
    List<String> lines = Files.readAllLines(valuesYaml);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.strip().startsWith("# -- ")) {
        comment = line.strip().substring("# -- ".length());
        continue;
      }
      Matcher key = KEY.matcher(line);
      if (!key.matches()) {
        continue;
      }
      int depth = key.group(1).length() / 2;
      while (path.size() > depth) {
        path.removeLast();
      }
      path.addLast(key.group(2));
      if (depth > coveredDepth) {
        continue;
      }
      coveredDepth = Integer.MAX_VALUE;
      if (!comment.isEmpty()) {
        coveredDepth = depth;
        String value = key.group(3) == null ? below(lines, i, depth) : key.group(3);
        table.append("| `%s` | `%s` | %s |\n".formatted(String.join(".", path), value, comment));
        comment = "";
      } else if (key.group(3) != null) {
        undescribed.add(String.join(".", path));
      }
    }
    return table.toString();
  }

  /** A map over several lines, in flow style. */
  private static String below(List<String> lines, int at, int depth) {
    List<String> entries = new ArrayList<>();
    String indent = "  ".repeat(depth + 1);
    for (int i = at + 1; i < lines.size() && lines.get(i).startsWith(indent); i++) {
      entries.add(lines.get(i).strip());
    }
    return "{" + String.join(", ", entries) + "}";
  }
}
