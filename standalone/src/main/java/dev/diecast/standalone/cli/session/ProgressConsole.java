package dev.diecast.standalone.cli.session;

import dev.diecast.standalone.Progress;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Progress on standard error, each line with the seconds since the start, so that standard output
 * holds the result alone.
 */
public final class ProgressConsole implements Progress {
  private final PrintStream out;
  private final boolean verbose;
  private final long startNanos = System.nanoTime();

  public ProgressConsole(PrintStream out, boolean verbose) {
    this.out = out;
    this.verbose = verbose;
  }

  @Override
  public void step(String text) {
    print("", text);
  }

  @Override
  public void detail(String text) {
    if (verbose) {
      print("  ", text);
    }
  }

  double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  private synchronized void print(String indent, String text) {
    out.printf(Locale.ROOT, "[%6.1f s] %s%s%n", seconds(), indent, text);
    out.flush();
  }
}
