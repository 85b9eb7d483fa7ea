package dev.diecast.standalone.debian;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One entry of the machine's apt configuration (sources.list(5)), in either syntax.
 *
 * @param options every other field under its deb822 name in lower case, such as {@code signed-by}
 */
record AptSource(
    List<String> types,
    List<String> uris,
    List<String> suites,
    List<String> components,
    Map<String, String> options) {

  private static final Set<String> RELEASES =
      Set.of(
          "bullseye",
          "bookworm",
          "trixie",
          "forky",
          "duke",
          "sid",
          "oldoldstable",
          "oldstable",
          "stable",
          "testing",
          "unstable");

  private static final String BACKPORTS = "-backports";

  private static final Map<String, String> ONE_LINE_OPTIONS =
      Map.of(
          "arch", "architectures",
          "signed-by", "signed-by",
          "trusted", "trusted",
          "check-valid-until", "check-valid-until",
          "check-date", "check-date",
          "allow-insecure", "allow-insecure",
          "by-hash", "by-hash");

  /** The entries of a {@code .sources} file; disabled ones are left out. */
  static List<AptSource> parseDeb822(List<String> lines) {
    List<AptSource> sources = new ArrayList<>();
    for (Map<String, String> fields : Deb822.parse(lines)) {
      if (Set.of("no", "false", "0", "off")
          .contains(fields.getOrDefault("enabled", "yes").toLowerCase(Locale.ROOT))) {
        continue;
      }
      Map<String, String> options = new LinkedHashMap<>(fields);
      Stream.of("enabled", "types", "uris", "suites", "components").forEach(options::remove);
      sources.add(
          new AptSource(
              words(fields.get("types")),
              words(fields.get("uris")),
              words(fields.get("suites")),
              words(fields.get("components")),
              Map.copyOf(options)));
    }
    return sources;
  }

  /** The entries of a {@code .list} file. */
  static List<AptSource> parseOneLine(List<String> lines) {
    List<AptSource> sources = new ArrayList<>();
    for (String line : lines) {
      String text = line.replaceFirst("#.*", "").strip();
      Map<String, String> options = new LinkedHashMap<>();
      int open = text.indexOf('[');
      int close = text.indexOf(']');
      if (open > 0 && close > open) {
        for (String option : words(text.substring(open + 1, close))) {
          String[] pair = option.split("=", 2);
          String name = ONE_LINE_OPTIONS.get(pair[0].toLowerCase(Locale.ROOT));
          if (pair.length == 2 && name != null) {
            options.put(name, pair[1].replace(',', ' '));
          }
        }
        text = text.substring(0, open) + text.substring(close + 1);
      }
      List<String> parts = words(text);
      if (parts.size() >= 3 && parts.getFirst().startsWith("deb")) {
        sources.add(
            new AptSource(
                List.of(parts.get(0)),
                List.of(parts.get(1)),
                List.of(parts.get(2)),
                parts.subList(3, parts.size()),
                Map.copyOf(options)));
      }
    }
    return sources;
  }

  /**
   * Whether this is Debian's own archive or a mirror of it. Vendors' archives for Debian are told
   * by their suite ({@code bookworm-pgdg}), their component ({@code stable}) or a key that is not
   * Debian's.
   */
  boolean isDebian() {
    boolean debianKey =
        !options.containsKey("signed-by") || options.get("signed-by").contains("debian-archive");
    boolean debianUri =
        uris.stream().anyMatch(uri -> uri.toLowerCase(Locale.ROOT).contains("debian"));
    return types.contains("deb")
        && components.contains("main")
        && (debianKey || debianUri)
        && suites.stream().anyMatch(suite -> RELEASES.contains(base(suite)));
  }

  /**
   * The same archive for another release: {@code trixie} and {@code trixie-security} become {@code
   * bookworm} and {@code bookworm-security}. Backports and proposed updates are left out. Backports
   * are a release of their own here, of a single suite, which lies where the release itself does:
   * {@code bookworm-backports} holds nothing else, so that apt need not be told to prefer it. Empty
   * when nothing remains.
   *
   * @param release such as {@code bookworm} or {@code bookworm-backports}
   */
  Optional<String> renderFor(String release) {
    Set<String> kinds =
        release.endsWith(BACKPORTS) ? Set.of("") : Set.of("", "-updates", "-security");
    List<String> wanted =
        suites.stream()
            .filter(suite -> RELEASES.contains(base(suite)))
            .filter(suite -> kinds.contains(suite.substring(base(suite).length())))
            .map(suite -> release + suite.substring(base(suite).length()))
            .distinct()
            .toList();
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder("Types: deb\n");
    text.append("URIs: ").append(String.join(" ", uris)).append('\n');
    text.append("Suites: ").append(String.join(" ", wanted)).append('\n');
    text.append("Components: ").append(String.join(" ", components)).append('\n');
    options.entrySet().stream()
        .filter(option -> !option.getKey().equals("architectures"))
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            option ->
                text.append(option.getKey()).append(": ").append(option.getValue()).append('\n'));
    return Optional.of(text.toString());
  }

  private static String base(String suite) {
    int dash = suite.indexOf('-');
    return dash < 0 ? suite : suite.substring(0, dash);
  }

  private static List<String> words(String text) {
    return text == null
        ? List.of()
        : Stream.of(text.strip().split("\\s+"))
            .filter(w -> !w.isEmpty())
            .collect(Collectors.toUnmodifiableList());
  }
}
