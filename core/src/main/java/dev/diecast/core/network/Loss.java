package dev.diecast.core.network;

/** Probabilities of loss, in parts per billion. */
public final class Loss {
  private static final long BILLION = PipeAttributes.BILLION;

  private Loss() {}

  /** Lost on one of two links that fail independently: 1 - (1-a)(1-b), to the nearest part. */
  public static int inSeries(int a, int b) {
    return (int) (BILLION - ((BILLION - a) * (BILLION - b) + BILLION / 2) / BILLION);
  }
}
