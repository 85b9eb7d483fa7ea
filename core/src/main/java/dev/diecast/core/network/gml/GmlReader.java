package dev.diecast.core.network.gml;

import dev.diecast.core.network.TopologyException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Reads GML: keys with values, lists between brackets. The entries of the {@code graph} are handed
 * on one by one, so that a large file needs no tree of itself in memory.
 *
 * <p>Source: M. Himsolt, "GML: A portable Graph File Format", Universität Passau, 1997, section 2.
 * Beyond it, as files in the wild need: underscores, hyphens, dots and colons in keys, comments
 * anywhere, reals without a point, {@code INF}, {@code NAN}, {@code true} and {@code false}.
 */
public final class GmlReader {

  /** Longer texts are refused before they are read. */
  public static final int MAXIMUM_CHARACTERS = 32 << 20;

  private static final int DEEPEST = 32;
  private static final int MOST_ENTRIES_OF_A_LIST = 100_000;
  private static final Pattern KEY = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_.:-]*");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d{1,4})?");
  private static final Set<String> WORDS =
      Set.of("INF", "+INF", "-INF", "NAN", "inf", "nan", "true", "false");

  private final GmlLexer lexer;

  private GmlReader(CharSequence text) {
    lexer = new GmlLexer(text);
  }

  /**
   * Reads the text's only graph.
   *
   * @param entries takes what stands in the graph, in the text's order
   * @throws TopologyException with line and column where the text is no GML, or holds no graph or
   *     several
   */
  public static void readGraph(CharSequence text, Consumer<GmlEntry> entries) {
    if (text.length() > MAXIMUM_CHARACTERS) {
      throw new TopologyException(
          "the GML text has %d characters: at most %d are read"
              .formatted(text.length(), MAXIMUM_CHARACTERS));
    }
    new GmlReader(text).document(entries);
  }

  private void document(Consumer<GmlEntry> entries) {
    boolean found = false;
    lexer.advance();
    while (lexer.kind() != GmlLexer.Kind.END) {
      if (lexer.kind() == GmlLexer.Kind.CLOSE) {
        throw lexer.error("this ] closes nothing: a [ is missing before it, or it is one too many");
      }
      int line = lexer.line();
      int column = lexer.column();
      String key = key();
      if (key.equalsIgnoreCase("graph") && lexer.kind() == GmlLexer.Kind.OPEN) {
        if (found) {
          throw TopologyException.at(line, column, "a second graph: one file holds one");
        }
        found = true;
        list(line, column, key, 1, entries);
      } else {
        value(line, column, key, 1);
      }
    }
    if (!found) {
      throw lexer.error("the text ends and holds no graph: GML begins with \"graph [\"");
    }
  }

  /** Takes a key and leaves the lexer at the value. */
  private String key() {
    if (lexer.kind() != GmlLexer.Kind.WORD || !KEY.matcher(lexer.value()).matches()) {
      throw lexer.error(
          "%s stands where a key should, such as node or label".formatted(shownToken()));
    }
    String key = lexer.value();
    lexer.advance();
    return key;
  }

  private GmlValue value(int line, int column, String key, int depth) {
    GmlValue value =
        switch (lexer.kind()) {
          case OPEN -> {
            List<GmlEntry> entries = new ArrayList<>();
            list(
                line,
                column,
                key,
                depth,
                entry -> {
                  if (entries.size() == MOST_ENTRIES_OF_A_LIST) {
                    throw TopologyException.at(
                        entry.line(),
                        entry.column(),
                        "%s holds more than %d entries".formatted(key, MOST_ENTRIES_OF_A_LIST));
                  }
                  entries.add(entry);
                });
            yield new GmlValue.Items(entries);
          }
          case TEXT -> scalar(new GmlValue.Text(lexer.value()));
          case WORD -> scalar(word(key));
          case CLOSE, END ->
              throw lexer.error(
                  "%s stands where the value of %s should".formatted(shownToken(), key));
        };
    return value;
  }

  private GmlValue scalar(GmlValue value) {
    lexer.advance();
    return value;
  }

  private GmlValue word(String key) {
    String word = lexer.value();
    if (NUMBER.matcher(word).matches()) {
      return new GmlValue.Number(new BigDecimal(word));
    }
    if (WORDS.contains(word)) {
      return new GmlValue.Text(word);
    }
    throw lexer.error(
        "%s has the value %s: write a number, a text in quotes or a list in brackets"
            .formatted(key, word));
  }

  /** From the opening bracket to behind the closing one. */
  private void list(int line, int column, String key, int depth, Consumer<GmlEntry> entries) {
    if (depth > DEEPEST) {
      throw lexer.error("lists are nested more than %d deep".formatted(DEEPEST));
    }
    lexer.advance();
    while (lexer.kind() != GmlLexer.Kind.CLOSE) {
      if (lexer.kind() == GmlLexer.Kind.END) {
        throw lexer.error(
            "the text ends within %s [ of line %d, column %d: a ] is missing, or the file is cut off"
                .formatted(key, line, column));
      }
      int entryLine = lexer.line();
      int entryColumn = lexer.column();
      String entryKey = key();
      GmlValue entryValue = value(entryLine, entryColumn, entryKey, depth + 1);
      entries.accept(new GmlEntry(entryKey, entryValue, entryLine, entryColumn));
    }
    lexer.advance();
  }

  private String shownToken() {
    return switch (lexer.kind()) {
      case OPEN -> "a [";
      case CLOSE -> "a ]";
      case TEXT -> "a text";
      case WORD -> "\"" + lexer.value() + "\"";
      case END -> "the end of the text";
    };
  }
}
