package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A link between two dilated guests, as ping and iperf3 in them see it, at a T of its own. */
class NetworkBenchE2E {
  private final Diecast diecast = new Diecast("e2e-netbench");

  @AfterEach
  void down() throws Exception {
    diecast.run("down");
  }

  @Test
  void aLinkIsAsFarAsWideAndAsLossyAsConfigured() throws Exception {
    Diecast.Result bench =
        diecast.run(
            "bench network",
            "--factors",
            "5",
            "--delays",
            "20000",
            "--rates",
            "10M",
            "--loss",
            "10",
            "--echoes",
            "400",
            "--window",
            "2",
            "-o",
            "json");
    assertThat(bench.exit()).as(bench.all()).isZero();
    JsonNode results = bench.json().path("results");
    assertThat(results.findValuesAsText("quantity"))
        .containsExactly("addedRoundTripMicros", "goodputBitsPerSecond", "echoesPercent");
    for (JsonNode result : results) {
      double measured = result.path("measured").asDouble(Double.NaN);
      double configured = result.path("configured").asDouble();
      // What the bench calls within is for a quiet machine: these are what no busy one explains.
      assertThat(measured / configured).as(result.toPrettyString()).isBetween(0.9, 1.1);
    }
    assertThat(diecast.leftovers()).isEmpty();
  }

  @Test
  void whatCannotBeMeasuredIsRefused() throws Exception {
    Diecast.Result delay = diecast.run("bench network", "--delays", "1000,0");
    assertThat(delay.exit()).isEqualTo(2);
    assertThat(delay.err()).contains("--delays: must be 1 to 3600000000 microseconds, not 0");
    Diecast.Result rate = diecast.run("bench network", "--rates", "fast");
    assertThat(rate.exit()).isEqualTo(2);
    assertThat(rate.err()).contains("--rates: \"fast\" is no bandwidth above 0, such as 10M");
  }
}
