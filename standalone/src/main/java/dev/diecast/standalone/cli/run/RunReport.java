package dev.diecast.standalone.cli.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.Finding;
import dev.diecast.core.fidelity.Outcome;
import dev.diecast.core.fidelity.Share;
import java.util.List;

/**
 * What {@code run} found, as {@code -o json} prints it. The fields are stable; a value that could
 * not be measured is null, never absent.
 *
 * @param verdict of all findings
 * @param timeDilationFactor T in canonical form, such as {@code 10} or {@code 5/2}
 * @param reference the undilated guest that the CPU ratios are measured against
 * @param pipes that carried most frames; none where the model has no network of its own
 * @param window host time that is judged
 * @param seconds wall time of the whole run so far
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonPropertyOrder({"verdict", "model", "namespace", "timeDilationFactor", "driver", "nodes"})
public record RunReport(
    Outcome verdict,
    String model,
    String namespace,
    String timeDilationFactor,
    String driver,
    List<Node> nodes,
    Reference reference,
    List<Pipe> pipes,
    List<Judged> findings,
    Span window,
    double firstGuestSeconds,
    double seconds) {

  public RunReport {
    nodes = List.copyOf(nodes);
    pipes = List.copyOf(pipes);
    findings = List.copyOf(findings);
  }

  /** T, by which the host's durations are longer than the guests'. */
  double factor() {
    return DilationFactor.parse(timeDilationFactor).value().toDouble();
  }

  /** The same, with what was measured of its pipes. */
  RunReport with(List<Pipe> measured) {
    return new RunReport(
        verdict,
        model,
        namespace,
        timeDilationFactor,
        driver,
        nodes,
        reference,
        measured,
        findings,
        window,
        firstGuestSeconds,
        seconds);
  }

  /**
   * One pipe, in the guests' frame.
   *
   * @param name its ends: {@code from > to}
   * @param frames that came out of it since its engine began
   * @param propagationMicros the delay it is to have, without queue and the frame's time on the
   *     wire
   * @param delays how long frames were inside by the host's clock, over T; by their share
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Pipe(String name, long frames, double propagationMicros, List<Delay> delays) {
    public Pipe {
      delays = List.copyOf(delays);
    }

    /**
     * @param share of the frames that were inside no longer than this; 0 is the least, 1 the
     *     greatest
     */
    public record Delay(double share, double micros) {}
  }

  /**
   * One node of the model.
   *
   * @param unfaithfulIntervals that its daemon has on record; null where it has said nothing yet
   * @param intervals the latest of them
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Node(
      String name,
      String group,
      String host,
      Outcome verdict,
      Clock clock,
      Cpu cpu,
      Integer unfaithfulIntervals,
      List<Interval> intervals) {}

  /** A stretch of host time, RFC 3339 UTC. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Span(String from, String to) {}

  /**
   * When a node was not faithful.
   *
   * @param to null while it lasts
   * @param cause as {@link dev.diecast.core.fidelity.Cause} names it
   * @param deliveredPercent delivered over due, where it was farthest from 100
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Interval(String from, String to, String cause, Integer deliveredPercent) {}

  /**
   * A finding of core's, with null for what there is not.
   *
   * @param share delivered over due; shareError is its half width
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Judged(
      String node,
      String resource,
      Outcome outcome,
      String reason,
      Cause cause,
      String from,
      String to,
      Double share,
      Double shareError) {
    public static Judged of(Finding finding) {
      return new Judged(
          finding.node(),
          finding.resource(),
          finding.outcome(),
          finding.reason(),
          finding.cause().orElse(null),
          finding.when().map(when -> when.from().toString()).orElse(null),
          finding.when().map(when -> when.to().toString()).orElse(null),
          finding.share().map(Share::value).orElse(null),
          finding.share().map(Share::error).orElse(null));
    }
  }

  /**
   * The guest's clock against T.
   *
   * @param ppm (T x clock rate - 1) in parts per million of host time
   * @param ppmError half width of the interval that surely holds the rate
   * @param offsetMicros guest wall clock less model clock, in guest microseconds
   * @param offsetErrorMicros half width of the interval that surely holds the offset
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Clock(
      Double ppm,
      Double ppmError,
      Long offsetMicros,
      Long offsetErrorMicros,
      Integer samples,
      Double windowSeconds) {
    public static final Clock UNMEASURED = new Clock(null, null, null, null, null, null);
  }

  /**
   * The speed of the guest's vCPUs while every node of the model is busy.
   *
   * @param ratio delivered over due: the loop's rate per guest second over that of the reference
   *     guest times vCPUs times relative speed
   * @param dueHostCores the cap that T asks for, in host cores
   * @param correctionMicros host time per period by which the cap of each vCPU is wider than that,
   *     for work lost at switches
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Cpu(
      Double ratio, Double iterationsPerGuestSecond, Double dueHostCores, Long correctionMicros) {}

  /**
   * @param iterationsPerSecond of one undilated, uncapped vCPU: median, least and most of the
   *     rounds
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Reference(Double iterationsPerSecond, Double least, Double most, int rounds) {}
}
