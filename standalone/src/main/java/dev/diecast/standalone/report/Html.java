package dev.diecast.standalone.report;

import java.util.List;
import java.util.Locale;

/** A page in one piece. */
public final class Html {
  private static final String STYLE =
      """
      body { font: 15px/1.45 sans-serif; color: #222; max-width: 60em; margin: 2em auto; padding: 0 1em }
      h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin-top: 2em }
      table { border-collapse: collapse } td, th { border: 1px solid #ccc; padding: .25em .6em; text-align: left }
      svg { width: 100%; height: auto } svg text { font: 11px sans-serif; fill: #333 }
      svg text.title { font-weight: bold; font-size: 13px } svg text.label { font-size: 12px } svg text.inside { fill: #fff }
      svg .grid { stroke: #ddd } svg polyline { stroke-width: 1.6 }
      .PASS { background: #d7f0d7 } .FAIL { background: #f6caca } .UNKNOWN { background: #f5ecc0 }
      .verdict { font-weight: bold; padding: .3em .8em } .none { color: #777 }
      """;

  private final StringBuilder body = new StringBuilder();
  private final String title;

  public Html(String title) {
    this.title = title;
    body.append("<h1>").append(text(title)).append("</h1>\n");
  }

  /** Escaped, for elements and attributes. */
  public static String text(String raw) {
    return raw.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  public Html heading(String heading) {
    body.append("<h2>").append(text(heading)).append("</h2>\n");
    return this;
  }

  public Html paragraph(String paragraph) {
    body.append("<p>").append(text(paragraph)).append("</p>\n");
    return this;
  }

  /** A word of the class PASS, FAIL or UNKNOWN, and what it means. */
  public Html verdict(String outcome, String meaning) {
    body.append(
        "<p><span class=\"verdict %s\">%s</span> %s</p>%n"
            .formatted(text(outcome), text(outcome), text(meaning)));
    return this;
  }

  /** Cells that are PASS, FAIL or UNKNOWN are coloured. */
  public Html table(List<String> head, List<List<String>> rows) {
    body.append("<table><tr>");
    head.forEach(cell -> body.append("<th>").append(text(cell)).append("</th>"));
    body.append("</tr>\n");
    for (List<String> row : rows) {
      body.append("<tr>");
      for (String cell : row) {
        String style = cell.matches("PASS|FAIL|UNKNOWN") ? " class=\"" + cell + "\"" : "";
        body.append("<td").append(style).append(">").append(text(cell)).append("</td>");
      }
      body.append("</tr>\n");
    }
    body.append("</table>\n");
    return this;
  }

  /** SVG as it is. */
  public Html figure(String svg) {
    body.append(svg);
    return this;
  }

  public String page() {
    return String.format(
        Locale.ROOT,
        "<!doctype html>%n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title><style>%n%s</style></head><body>%n%s</body></html>%n",
        text(title),
        STYLE,
        body);
  }
}
