package dev.diecast.standalone.debian;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Debian's control-file syntax (deb822(5)): paragraphs of {@code Field: value} with continuation
 * lines.
 */
final class Deb822 {

  private Deb822() {}

  /**
   * The paragraphs; field names are in lower case, continuation lines are kept with their leading
   * blank, joined by newlines.
   */
  static List<Map<String, String>> parse(List<String> lines) {
    List<Map<String, String>> paragraphs = new ArrayList<>();
    Map<String, String> current = new LinkedHashMap<>();
    String field = null;
    for (String line : lines) {
      if (line.isBlank()) {
        if (!current.isEmpty()) {
          paragraphs.add(current);
          current = new LinkedHashMap<>();
        }
        field = null;
      } else if (line.startsWith("#")) {
        continue;
      } else if ((line.startsWith(" ") || line.startsWith("\t")) && field != null) {
        current.merge(field, line, (a, b) -> a + "\n" + b);
      } else if (line.indexOf(':') > 0) {
        field = line.substring(0, line.indexOf(':')).strip().toLowerCase(Locale.ROOT);
        current.put(field, line.substring(line.indexOf(':') + 1).strip());
      }
    }
    if (!current.isEmpty()) {
      paragraphs.add(current);
    }
    return List.copyOf(paragraphs);
  }
}
