package dev.diecast.core.network.gml;

import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * GML is 7-bit ASCII: other characters are written as references of HTML, such as {@code &#246;}.
 * What is no reference stays as it is written.
 */
final class CharacterReferences {

  private static final Pattern REFERENCE =
      Pattern.compile("&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]{2,6}));");

  private static final Map<String, String> NAMED =
      Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", "\u00A0");

  private CharacterReferences() {}

  static String resolve(String text) {
    if (text.indexOf('&') < 0) {
      return text;
    }
    return REFERENCE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(character(match)));
  }

  private static String character(MatchResult match) {
    if (match.group(3) != null) {
      return NAMED.getOrDefault(match.group(3), match.group());
    }
    int point =
        match.group(1) != null
            ? Integer.parseInt(match.group(1))
            : Integer.parseInt(match.group(2), 16);
    return Character.isValidCodePoint(point) && point != 0
        ? Character.toString(point)
        : match.group();
  }
}
