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
  private static final int LEGEND_ROW = 18;
  private static final double CHARACTER = 6.8;
  private static final int SWATCH = 22;

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
  private boolean logarithmic;

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

  /** Equal factors of x are equally far apart: for values of which few are far greater. */
  public SvgPlot logarithmic() {
    logarithmic = true;
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
    Axis x =
        logarithmic
            ? Axis.logarithmic(xs, LEFT, WIDTH - RIGHT)
            : Axis.exact(xs, LEFT, WIDTH - RIGHT);
    Axis y = Axis.round(ys, HEIGHT - BOTTOM, TOP);
    int columns = columns();
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n"
            .formatted(
                WIDTH,
                HEIGHT + LEGEND_ROW * Math.ceilDiv(lines.size(), columns),
                Html.text(title)));
    Svg.text(svg, WIDTH / 2.0, 16, "middle", "title", title);
    frame(svg, x, y);
    for (int i = 0; i < lines.size(); i++) {
      String colour = COLOURS.get(i % COLOURS.size());
      draw(svg, lines.get(i), colour, x, y);
      legend(
          svg,
          lines.get(i).name,
          colour,
          LEFT + (i % columns) * (WIDTH - RIGHT - LEFT) / columns,
          HEIGHT + LEGEND_ROW * (i / columns) + 4);
    }
    return svg.append("</svg>\n").toString();
  }

  /** As many beside each other as have room. */
  private int columns() {
    int longest = lines.stream().mapToInt(line -> line.name.length()).max().orElse(1);
    return Math.max(1, (int) ((WIDTH - RIGHT - LEFT) / (2 * SWATCH + CHARACTER * longest)));
  }

  private void frame(StringBuilder svg, Axis x, Axis y) {
    for (double at : x.ticks()) {
      line(svg, x.place(at), TOP, x.place(at), HEIGHT - BOTTOM);
      Svg.text(svg, x.place(at), HEIGHT - BOTTOM + 16, "middle", "", Axis.number(at));
      if (!above.isEmpty()) {
        Svg.text(svg, x.place(at), TOP - 5, "middle", "", Axis.number(at * aboveScale));
      }
    }
    for (double up : y.ticks()) {
      line(svg, LEFT, y.place(up), WIDTH - RIGHT, y.place(up));
      Svg.text(svg, LEFT - 6, y.place(up) + 4, "end", "", Axis.number(up));
    }
    Svg.text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - BOTTOM + 34, "middle", "label", below);
    Svg.text(svg, (LEFT + WIDTH - RIGHT) / 2.0, TOP - 19, "middle", "label", above);
    svg.append(
        "<text class=\"label\" text-anchor=\"middle\" transform=\"translate(14 %d) rotate(-90)\">%s</text>%n"
            .formatted(HEIGHT / 2, Html.text(left)));
  }

  private static void draw(StringBuilder svg, Line line, String colour, Axis x, Axis y) {
    svg.append("<polyline fill=\"none\" stroke=\"").append(colour).append("\" points=\"");
    for (int i = 0; i < line.x.length; i++) {
      svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x.place(line.x[i]), y.place(line.y[i])));
    }
    svg.append("\"/>\n");
  }

  private static void legend(StringBuilder svg, String name, String colour, int x, int y) {
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"16\" height=\"4\" fill=\"%s\"/>%n"
            .formatted(x, y - 4, colour));
    Svg.text(svg, x + SWATCH, y, "start", "", name);
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
}
