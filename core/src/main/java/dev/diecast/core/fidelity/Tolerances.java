package dev.diecast.core.fidelity;

/**
 * How far from the truth a guest may be, before its run is no longer believed.
 *
 * @param clockPpm of the rate of its clock, parts per million
 * @param cpuRatio of the CPU it got over what was due, and of the work it got done, so 0.1 is 10 %
 * @param unfaithfulShare of a run's time for which a node may be unfaithful, 0 to 1
 * @param pipeShare of the frames that a model's pipes delivered: those that the emulation lost, or
 *     delivered too late, 0 to 1
 */
public record Tolerances(long clockPpm, double cpuRatio, double unfaithfulShare, double pipeShare) {

  /**
   * The clock: below what NTP corrects in real machines (500 ppm). CPU: what one sees between equal
   * machines. Time: of a run of a minute one lapse of the shortest length that is told (3 s, the
   * window that CPU is judged over), and little more. Pipes: a tenth of the loss at which TCP's
   * throughput begins to be that of the loss.
   */
  public static final Tolerances DEFAULT = new Tolerances(200, 0.1, 0.1, 0.001);

  public Tolerances {
    if (clockPpm < 0 || !(cpuRatio >= 0) || !(unfaithfulShare >= 0) || !(pipeShare >= 0)) {
      throw new IllegalArgumentException("a tolerance is never negative");
    }
  }

  /** The others as they are by default. */
  public Tolerances(long clockPpm, double cpuRatio) {
    this(clockPpm, cpuRatio, DEFAULT.unfaithfulShare, DEFAULT.pipeShare);
  }
}
