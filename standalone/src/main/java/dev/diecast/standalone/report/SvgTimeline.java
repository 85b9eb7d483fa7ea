package dev.diecast.standalone.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows of one colour in which bad times are marked, over an axis of host and guest time. */
public final class SvgTimeline {
  private static final int WIDTH = 760;
  private static final int LEFT = 170;
  private static final int RIGHT = 20;
  private static final int TOP = 46;
  private static final int ROW = 22;
  private static final int TICKS = 5;

  /** Seconds of host time since the beginning. */
  private record Bad(double from, double to, String cause) {}

  private record Row(String name, List<Bad> bad) {}

  private final double endSeconds;
  private final double guestScale;
  private final List<Row> rows = new ArrayList<>();

  /**
   * @param endSeconds host time
   * @param guestScale 1/T
   */
  public SvgTimeline(double endSeconds, double guestScale) {
    this.endSeconds = Math.max(1e-3, endSeconds);
    this.guestScale = guestScale;
  }

  public SvgTimeline row(String name) {
    rows.add(new Row(name, new ArrayList<>()));
    return this;
  }

  /** In the row that was begun last. */
  public SvgTimeline bad(double from, double to, String cause) {
    rows.getLast().bad.add(new Bad(from, to, cause));
    return this;
  }

  public String svg() {
    int bottom = TOP + ROW * rows.size();
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"bad intervals\">%n"
            .formatted(WIDTH, bottom + 40));
    for (int i = 0; i < rows.size(); i++) {
      row(svg, rows.get(i), TOP + ROW * i);
    }
    for (int i = 0; i <= TICKS; i++) {
      double at = endSeconds * i / TICKS;
      text(svg, place(at), bottom + 15, "middle", number(at));
      text(svg, place(at), TOP - 6, "middle", number(at * guestScale));
    }
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, bottom + 32, "middle", "host time, s");
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, TOP - 24, "middle", "guest time, s");
    return svg.append("</svg>\n").toString();
  }

  private void row(StringBuilder svg, Row row, int y) {
    text(svg, LEFT - 8, y + ROW - 7, "end", row.name);
    box(svg, 0, endSeconds, y, "#cfe8cf", "faithful");
    for (Bad bad : row.bad) {
      box(svg, bad.from, Math.max(bad.to, bad.from + endSeconds / 300), y, "#c0392b", bad.cause);
      text(svg, place(bad.from) + 2, y + ROW - 7, "start\" style=\"fill:#fff", bad.cause);
    }
  }

  private void box(StringBuilder svg, double from, double to, int y, String colour, String title) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"><title>%s</title></rect>%n",
            place(from),
            y,
            place(to) - place(from),
            ROW - 4,
            colour,
            Html.text(title)));
  }

  private double place(double seconds) {
    return LEFT + seconds / endSeconds * (WIDTH - RIGHT - LEFT);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            Html.text(text)));
  }

  private static String number(double seconds) {
    return String.format(Locale.ROOT, "%.1f", seconds);
  }
}
