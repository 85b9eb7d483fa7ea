package dev.diecast.standalone.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Rows of one colour in which bad times are marked, over an axis of host and guest time. */
public final class SvgTimeline {
  private static final int WIDTH = 760;
  private static final int LEFT = 170;
  private static final int RIGHT = 20;
  private static final int TOP = 46;
  private static final int ROW = 22;
  private static final int GAP = 3;
  private static final double CHARACTER = 6.8;

  /** Part of the axis that the shortest interval takes. */
  private static final double SEEN = 1.0 / 300;

  /** Seconds of host time since the beginning. */
  private record Bad(double from, double to, String cause) {}

  private record Row(String name, List<Bad> bad) {}

  private final double endSeconds;
  private final double guestScale;
  private final Axis axis;
  private final List<Row> rows = new ArrayList<>();

  /**
   * @param endSeconds host time
   * @param guestScale 1/T
   */
  public SvgTimeline(double endSeconds, double guestScale) {
    this.endSeconds = Math.max(1e-3, endSeconds);
    this.guestScale = guestScale;
    this.axis = new Axis(0, this.endSeconds, LEFT, WIDTH - RIGHT, false);
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
            .formatted(WIDTH, bottom + 60));
    for (int i = 0; i < rows.size(); i++) {
      row(svg, rows.get(i), TOP + ROW * i);
    }
    for (double at : axis.ticks()) {
      Svg.text(svg, axis.place(at), bottom + 15, "middle", "", Axis.number(at));
      Svg.text(svg, axis.place(at), TOP - 6, "middle", "", Axis.number(at * guestScale));
    }
    Svg.text(svg, (LEFT + WIDTH - RIGHT) / 2.0, bottom + 32, "middle", "", "host time, s");
    Svg.text(svg, LEFT, bottom + 52, "start", "", causes());
    Svg.text(svg, (LEFT + WIDTH - RIGHT) / 2.0, TOP - 24, "middle", "", "guest time, s");
    return svg.append("</svg>\n").toString();
  }

  private void row(StringBuilder svg, Row row, int y) {
    Svg.text(svg, LEFT - 8, y + ROW - 7, "end", "", row.name);
    box(svg, 0, endSeconds, y, "#cfe8cf", "faithful");
    for (int i = 0; i < row.bad.size(); i++) {
      Bad bad = row.bad.get(i);
      double end = Math.max(bad.to, bad.from + endSeconds * SEEN);
      box(svg, bad.from, end, y, "#c0392b", bad.cause);
      double next = i + 1 < row.bad.size() ? axis.place(row.bad.get(i + 1).from) : WIDTH - RIGHT;
      double room = GAP + CHARACTER * bad.cause.length();
      // Where there is no room the cause is in the title, and in the line below all rows.
      if (axis.place(bad.from) + room < axis.place(end)) {
        Svg.text(svg, axis.place(bad.from) + GAP, y + ROW - 7, "start", "inside", bad.cause);
      } else if (axis.place(end) + room < next) {
        Svg.text(svg, axis.place(end) + GAP, y + ROW - 7, "start", "", bad.cause);
      }
    }
  }

  /** How often each was, for who cannot point at an interval. */
  private String causes() {
    Map<String, Long> counts =
        rows.stream()
            .flatMap(row -> row.bad.stream())
            .collect(Collectors.groupingBy(Bad::cause, TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .map(count -> count.getKey() + ": " + count.getValue())
        .collect(Collectors.joining(", "));
  }

  private void box(StringBuilder svg, double from, double to, int y, String colour, String title) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"><title>%s</title></rect>%n",
            axis.place(from),
            y,
            axis.place(to) - axis.place(from),
            ROW - 4,
            colour,
            Html.text(title)));
  }
}
