package dev.diecast.core.network.gml;

import dev.diecast.core.network.TopologyException;

/**
 * The tokens of a GML text, and where each begins. Comments run from {@code #} to the end of the
 * line; texts between quotes may hold line ends.
 */
final class GmlLexer {

  enum Kind {
    OPEN,
    CLOSE,
    TEXT,
    /** A key, a number or a bare word: which, its place decides. */
    WORD,
    END
  }

  /** A key, number or text longer than this is a mistake, such as a missing quote. */
  private static final int LONGEST_WORD = 256;

  private static final int LONGEST_TEXT = 65_536;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final CharSequence text;
  private int at;
  private int currentLine = 1;
  private int lineStart;

  private Kind kind;
  private String value = "";
  private int line;
  private int column;

  GmlLexer(CharSequence text) {
    this.text = text;
    if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      at = 1;
      lineStart = 1;
    }
  }

  Kind kind() {
    return kind;
  }

  /** The characters of a word, or of a text without its quotes. */
  String value() {
    return value;
  }

  int line() {
    return line;
  }

  int column() {
    return column;
  }

  TopologyException error(String message) {
    return TopologyException.at(line, column, message);
  }

  void advance() {
    skipBlanksAndComments();
    line = currentLine;
    column = at - lineStart + 1;
    value = "";
    if (at == text.length()) {
      kind = Kind.END;
      return;
    }
    switch (text.charAt(at)) {
      case '[' -> single(Kind.OPEN);
      case ']' -> single(Kind.CLOSE);
      case '"' -> quoted();
      default -> word();
    }
  }

  private void single(Kind found) {
    kind = found;
    at++;
  }

  private void skipBlanksAndComments() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#') {
        while (at < text.length() && text.charAt(at) != '\n') {
          at++;
        }
      } else if (Character.isWhitespace(c)) {
        at++;
        if (c == '\n') {
          newLine();
        }
      } else {
        return;
      }
    }
  }

  private void quoted() {
    kind = Kind.TEXT;
    int start = ++at;
    while (at < text.length() && text.charAt(at) != '"') {
      if (text.charAt(at++) == '\n') {
        newLine();
      }
      if (at - start > LONGEST_TEXT) {
        throw error(
            "the text that begins here is longer than %d characters: is its closing quote missing?"
                .formatted(LONGEST_TEXT));
      }
    }
    if (at == text.length()) {
      throw error("the text that begins here has no closing quote");
    }
    value = CharacterReferences.resolve(text.subSequence(start, at).toString());
    at++;
  }

  private void word() {
    kind = Kind.WORD;
    int start = at;
    while (at < text.length() && isPartOfWord(text.charAt(at))) {
      at++;
    }
    if (at == start) {
      char c = text.charAt(at);
      throw error(
          "\"%s\" cannot stand here%s"
              .formatted(c, c == '<' ? ": this looks like XML (GraphML?), and GML is read" : ""));
    }
    if (at - start > LONGEST_WORD) {
      throw error("this word is longer than %d characters".formatted(LONGEST_WORD));
    }
    value = text.subSequence(start, at).toString();
  }

  private static boolean isPartOfWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '+' || c == '.' || c == ':';
  }

  private void newLine() {
    currentLine++;
    lineStart = at;
  }
}
