package dev.diecast.standalone.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * From values to places on a page, with ticks at round values: 1, 2 or 5 times a power of ten.
 *
 * @param least value at {@code from}
 * @param most value at {@code to}
 * @param from place on the page
 * @param to place on the page, on either side of it
 * @param logarithmic whether equal factors are equally far apart; all values are above 0 then
 */
record Axis(double least, double most, double from, double to, boolean logarithmic) {
  private static final int ABOUT_TICKS = 5;
  private static final int LEAST_TICKS = 3;
  private static final double[] ROUND = {1, 2, 5, 10};
  private static final double ROUNDING = 1e-9;

  /** Just what there is. */
  static Axis exact(double[] values, double from, double to) {
    double least = Arrays.stream(values).min().orElseThrow();
    double most = Arrays.stream(values).max().orElseThrow();
    double margin = most > least ? 0 : Math.max(1e-6, Math.abs(most) / 10);
    return new Axis(least - margin, most + margin, from, to, false);
  }

  /** From tick to tick. */
  static Axis round(double[] values, double from, double to) {
    Axis exact = exact(values, from, to);
    double step = exact.step();
    return new Axis(
        Math.floor(exact.least / step + ROUNDING) * step,
        Math.ceil(exact.most / step - ROUNDING) * step,
        from,
        to,
        false);
  }

  /** Just what there is above 0; linear where nothing is. */
  static Axis logarithmic(double[] values, double from, double to) {
    double[] positive = Arrays.stream(values).filter(value -> value > 0).toArray();
    if (positive.length == 0) {
      return exact(values, from, to);
    }
    double least = Arrays.stream(positive).min().orElseThrow();
    double most = Arrays.stream(positive).max().orElseThrow();
    return new Axis(
        least < most ? least : least / 2, least < most ? most : most * 2, from, to, true);
  }

  private double step() {
    double rough = (most - least) / ABOUT_TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    for (double round : ROUND) {
      if (round * power >= rough * (1 - ROUNDING)) {
        return round * power;
      }
    }
    throw new IllegalStateException("no step of " + this);
  }

  List<Double> ticks() {
    List<Double> ticks = logarithmic ? logarithmicTicks() : List.of();
    // Between 10.3 and 11.8 there is none of those.
    return ticks.size() >= LEAST_TICKS ? ticks : linearTicks();
  }

  private List<Double> linearTicks() {
    List<Double> ticks = new ArrayList<>();
    double step = step();
    for (long i = (long) Math.ceil(least / step - ROUNDING);
        i * step <= most + step * ROUNDING;
        i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** All round values, or the powers of ten alone where those are enough. */
  private List<Double> logarithmicTicks() {
    List<Double> ticks = new ArrayList<>();
    List<Double> powers = new ArrayList<>();
    for (double power = Math.pow(10, Math.floor(Math.log10(least))); power <= most; power *= 10) {
      for (int i = 0; i < ROUND.length - 1; i++) {
        double tick = power * ROUND[i];
        if (tick >= least * (1 - ROUNDING) && tick <= most * (1 + ROUNDING)) {
          ticks.add(tick);
          if (i == 0) {
            powers.add(tick);
          }
        }
      }
    }
    return powers.size() >= ABOUT_TICKS ? powers : ticks;
  }

  double place(double value) {
    double part =
        logarithmic
            ? Math.log(Math.max(value, least) / least) / Math.log(most / least)
            : (value - least) / (most - least);
    return from + part * (to - from);
  }

  /** Four digits at most. */
  static String number(double value) {
    String text = String.format(Locale.ROOT, "%.4g", Math.abs(value) < 1e-12 ? 0 : value);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("[.]$", "") : text;
  }
}
