package dev.diecast.standalone.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lines over a common pair of axes, as SVG; a second axis above shows x in another unit. */
public final class SvgPlot {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 320;
  private static final int LEFT = 80;
  private static final int RIGHT = 20;
  private static final int TOP = 50;
  private static final int BOTTOM = 50;
  private static final int TICKS = 5;

  /** Told apart by colour-blind readers too (Okabe and Ito). */
  private static final List<String> COLOURS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000");

  /** One line; x and y of the same length. */
  private record Line(String name, double[] x, double[] y) {}

  private final String title;
  private final String below;
  private final String left;
  private final List<Line> lines = new ArrayList<>();
  private String above = "";
  private double aboveScale;

  /**
   * @param below what x is, with its unit
   * @param left what y is, with its unit
   */
  public SvgPlot(String title, String below, String left) {
    this.title = title;
    this.below = below;
    this.left = left;
  }

  /** A second axis: x times the scale. */
  public SvgPlot above(String label, double scale) {
    above = label;
    aboveScale = scale;
    return this;
  }

  public SvgPlot line(String name, double[] x, double[] y) {
    if (x.length != y.length) {
      throw new IllegalArgumentException("%d x and %d y".formatted(x.length, y.length));
    }
    lines.add(new Line(name, x.clone(), y.clone()));
    return this;
  }

  /** Text in place of a plot where no line has a point. */
  public String svg() {
    double[] xs = lines.stream().flatMapToDouble(l -> java.util.Arrays.stream(l.x)).toArray();
    double[] ys = lines.stream().flatMapToDouble(l -> java.util.Arrays.stream(l.y)).toArray();
    if (xs.length == 0) {
      return "<p class=\"none\">" + Html.text(title) + ": nothing was measured.</p>";
    }
    Axis x = Axis.of(xs, LEFT, WIDTH - RIGHT);
    Axis y = Axis.of(ys, HEIGHT - BOTTOM, TOP);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n"
            .formatted(WIDTH, HEIGHT + 18 * lines.size(), Html.text(title)));
    text(svg, WIDTH / 2.0, 16, "middle", "title", title);
    frame(svg, x, y);
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, lines.get(i), COLOURS.get(i % COLOURS.size()), x, y, HEIGHT + 18 * i + 4);
    }
    return svg.append("</svg>\n").toString();
  }

  private void frame(StringBuilder svg, Axis x, Axis y) {
    for (int i = 0; i <= TICKS; i++) {
      double at = x.value(i / (double) TICKS);
      line(svg, x.place(at), TOP, x.place(at), HEIGHT - BOTTOM);
      text(svg, x.place(at), HEIGHT - BOTTOM + 16, "middle", "", number(at));
      if (!above.isEmpty()) {
        text(svg, x.place(at), TOP - 5, "middle", "", number(at * aboveScale));
      }
      double up = y.value(i / (double) TICKS);
      line(svg, LEFT, y.place(up), WIDTH - RIGHT, y.place(up));
      text(svg, LEFT - 6, y.place(up) + 4, "end", "", number(up));
    }
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - BOTTOM + 34, "middle", "label", below);
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, TOP - 19, "middle", "label", above);
    svg.append(
        "<text class=\"label\" text-anchor=\"middle\" transform=\"translate(14 %d) rotate(-90)\">%s</text>%n"
            .formatted(HEIGHT / 2, Html.text(left)));
  }

  private static void draw(
      StringBuilder svg, Line line, String colour, Axis x, Axis y, double legend) {
    svg.append("<polyline fill=\"none\" stroke=\"").append(colour).append("\" points=\"");
    for (int i = 0; i < line.x.length; i++) {
      svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x.place(line.x[i]), y.place(line.y[i])));
    }
    svg.append("\"/>\n");
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%.0f\" width=\"16\" height=\"4\" fill=\"%s\"/>%n",
            LEFT,
            legend - 4,
            colour));
    text(svg, LEFT + 22, legend, "start", "", line.name);
  }

  private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
            x1,
            y1,
            x2,
            y2));
  }

  private static void text(
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

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", Math.abs(value) < 1e-12 ? 0 : value)
        .replaceAll("([.]\\d*?)0+$", "$1")
        .replaceAll("[.]$", "");
  }

  /** From values to places on the page. */
  private record Axis(double least, double most, double from, double to) {
    static Axis of(double[] values, double from, double to) {
      double least = java.util.Arrays.stream(values).min().orElseThrow();
      double most = java.util.Arrays.stream(values).max().orElseThrow();
      double margin = most > least ? 0 : Math.max(1e-6, Math.abs(most) / 10);
      return new Axis(least - margin, most + margin, from, to);
    }

    double value(double part) {
      return least + part * (most - least);
    }

    double place(double value) {
      return from + (value - least) / (most - least) * (to - from);
    }
  }
}
