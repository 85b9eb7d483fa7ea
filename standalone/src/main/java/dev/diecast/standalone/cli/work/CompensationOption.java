package dev.diecast.standalone.cli.work;

import dev.diecast.standalone.cli.session.Refusal;
import picocli.CommandLine.Option;

/** How long is looked at what caps make vCPUs lose, before anything is judged. */
public final class CompensationOption {
  private static final int MOST = 100;

  @Option(
      names = "--compensation-rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = {
        "Rounds in which it is learnt what capped vCPUs lose at each switch on this host; the",
        "daemon makes it up, and says so. 0: as it was started (default: ${DEFAULT-VALUE})."
      })
  private int rounds;

  /**
   * @throws Refusal where the number is none that can be used
   */
  public void check() {
    if (rounds < 0 || rounds > MOST) {
      throw new Refusal(
          "--compensation-rounds: must be 0 to %d rounds, not %d".formatted(MOST, rounds));
    }
  }

  public int rounds() {
    return rounds;
  }
}
