package dev.diecast.standalone.cli.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.api.v1alpha1.LinkAttributes;
import dev.diecast.api.v1alpha1.Quantities;
import dev.diecast.core.DilationFactor;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.cli.session.Setup;
import dev.diecast.standalone.cli.session.TextTable;
import dev.diecast.standalone.image.ProgramImage;
import dev.diecast.standalone.supervisor.Instance;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How true is the network between two guests, over the whole stack, as they see it? */
@Command(
    name = "network",
    mixinStandardHelpOptions = true,
    description = {
      "Boots two guests with one link between them, one dilation factor after the other, and",
      "measures inside them and by their clocks what the link's delay, bandwidth and loss are,",
      "each changed while they run."
    })
final class NetworkBench extends GuestBench<NetworkBench.Result> {
  private static final int MOST_VALUES = 16;

  @Option(
      names = "--factors",
      split = ",",
      paramLabel = "T",
      defaultValue = "1,10",
      description = "Dilation factors, one after the other (default: ${DEFAULT-VALUE}).")
  private List<String> factors;

  @Option(
      names = "--delays",
      split = ",",
      paramLabel = "MICROS",
      defaultValue = "1000,10000,50000",
      description = "Delays of the link in guest time (default: ${DEFAULT-VALUE}).")
  private List<Long> delaysMicros;

  @Option(
      names = "--rates",
      split = ",",
      paramLabel = "RATE",
      defaultValue = "1M,10M,100M",
      description =
          "Bandwidths of the link, bits per second of guest time (default: ${DEFAULT-VALUE}).")
  private List<String> rates;

  @Option(
      names = "--loss",
      paramLabel = "PERCENT",
      defaultValue = "5",
      description = "What the link loses, each way (default: ${DEFAULT-VALUE}).")
  private int lossPercent;

  @Option(
      names = "--echoes",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Packets from which the loss is told (default: ${DEFAULT-VALUE}).")
  private int echoes;

  @Option(
      names = "--window",
      paramLabel = "SECONDS",
      defaultValue = "3",
      description =
          "Guest time of each stream of TCP, after one second that is not counted (default: ${DEFAULT-VALUE}).")
  private int windowSeconds;

  /**
   * One figure.
   *
   * @param quantity {@code addedRoundTripMicros}: least round trip less that of no delay; {@code
   *     goodputBitsPerSecond}: payload of one TCP stream; {@code echoesPercent}: what came back of
   *     what was sent
   * @param configured what the model says, of payload without headers
   * @param low the least that it may be, and {@code high} the most
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Result(
      String timeDilationFactor,
      String quantity,
      double configured,
      Double measured,
      double low,
      double high,
      Boolean within,
      String failure) {}

  /**
   * What is asked of the link.
   *
   * @param delaysMicros in guest time, one way
   * @param bitsPerSecond of guest time
   */
  record Asked(
      List<Long> delaysMicros,
      List<Quantity> bitsPerSecond,
      int lossPercent,
      int echoes,
      int windowSeconds) {}

  @Override
  String name() {
    return "network";
  }

  @Override
  void check() {
    BenchModels.factors(factors);
    requireWithin("--loss", lossPercent, 0, 90, "per cent");
    requireWithin("--echoes", echoes, 10, 100_000, "packets");
    requireWithin("--window", windowSeconds, 1, 600, "seconds");
    asked();
  }

  private Asked asked() {
    requireWithin("--delays", delaysMicros.size(), 1, MOST_VALUES, "delays");
    requireWithin("--rates", rates.size(), 1, MOST_VALUES, "rates");
    for (long delay : delaysMicros) {
      if (delay < 1 || delay > LinkAttributes.MOST_DELAY_MICROS) {
        throw new Refusal(
            "--delays: must be 1 to %d microseconds, not %d"
                .formatted(LinkAttributes.MOST_DELAY_MICROS, delay));
      }
    }
    return new Asked(
        delaysMicros,
        rates.stream().map(NetworkBench::rate).toList(),
        lossPercent,
        echoes,
        windowSeconds);
  }

  private static Quantity rate(String text) {
    try {
      Quantity rate = Quantity.parse(text.strip());
      if (Quantities.exact(rate).signum() > 0) {
        return rate;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new Refusal("--rates: \"%s\" is no bandwidth above 0, such as 10M".formatted(text));
  }

  @Override
  List<Result> measure(Session session, Instance target, ProgressConsole progress)
      throws IOException, InterruptedException {
    ProgramImage.IPERF.buildIfMissing(Setup.cache(), progress);
    NetworkMeasurement measurement = new NetworkMeasurement(session, progress, asked());
    List<Result> results = new ArrayList<>();
    for (DilationFactor factor : BenchModels.factors(factors)) {
      results.addAll(measurement.at(factor));
    }
    return results;
  }

  @Override
  boolean isMeasured(Result result) {
    return result.measured() != null;
  }

  @Override
  TextTable table(List<Result> results) {
    TextTable table =
        new TextTable("T", "QUANTITY", "CONFIGURED", "MEASURED", "MAY BE", "WITHIN", "");
    for (Result result : results) {
      table.row(
          result.timeDilationFactor(),
          result.quantity(),
          number(result.configured()),
          result.measured() == null ? "" : number(result.measured()),
          number(result.low()) + " to " + number(result.high()),
          result.within() == null ? "" : result.within() ? "yes" : "no",
          result.failure() == null ? "" : result.failure());
    }
    return table;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 1000 ? "%.1f" : "%.0f", value);
  }
}
