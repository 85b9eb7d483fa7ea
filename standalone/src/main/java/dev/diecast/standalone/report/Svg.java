package dev.diecast.standalone.report;

import java.util.Locale;

/** Pieces that all pictures have. */
final class Svg {
  private Svg() {}

  /**
   * Words at a place.
   *
   * @param anchor start, middle or end
   * @param style class of the page's style sheet; may be empty
   */
  static void text(
      StringBuilder svg, double x, double y, String anchor, String style, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            style,
            x,
            y,
            anchor,
            Html.text(text)));
  }
}
