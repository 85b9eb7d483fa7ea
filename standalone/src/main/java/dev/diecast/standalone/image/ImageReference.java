package dev.diecast.standalone.image;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an image as container registries know it (distribution/reference's grammar, without
 * digests).
 *
 * @param name registry and path: {@code diecast.dev/guests/base}
 * @param tag {@code latest} where none is written
 */
record ImageReference(String name, String tag) {

  private static final String COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
  private static final String REGISTRY = "[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?";
  private static final Pattern GRAMMAR =
      Pattern.compile(
          "(?<name>(?:"
              + REGISTRY
              + "/)?"
              + COMPONENT
              + "(?:/"
              + COMPONENT
              + ")*)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?");

  /**
   * Reads {@code [REGISTRY/]PATH[:TAG]}.
   *
   * @throws IllegalArgumentException when it is none
   */
  static ImageReference parse(String text) {
    Matcher matcher = GRAMMAR.matcher(text);
    if (text.length() > 255 || !matcher.matches()) {
      throw new IllegalArgumentException(
          "\""
              + text
              + "\" is not an image reference; write [REGISTRY/]PATH[:TAG] in lower case, such as diecast.dev/guests/base:bookworm");
    }
    return new ImageReference(
        matcher.group("name"), matcher.group("tag") == null ? "latest" : matcher.group("tag"));
  }

  @Override
  public String toString() {
    return name + ":" + tag;
  }
}
