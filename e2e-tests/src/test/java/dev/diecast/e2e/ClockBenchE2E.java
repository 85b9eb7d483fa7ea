package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Factors that are fractions, and none, all at once through the whole stack. */
class ClockBenchE2E {
  private final Diecast diecast = new Diecast("e2e-bench");

  @AfterEach
  void down() throws Exception {
    diecast.run("down");
  }

  @Test
  void everyFactorHolds() throws Exception {
    Diecast.Result bench =
        diecast.run("bench clock", "--factors", "1,5/2,20", "--window", "30", "-o", "json");
    assertThat(bench.exit()).as(bench.all()).isZero();
    JsonNode report = bench.json();
    assertThat(report.path("bench").asText()).isEqualTo("clock");
    assertThat(report.path("results").size()).isEqualTo(3);
    for (JsonNode result : report.path("results")) {
      assertThat(
              Math.abs(result.path("ppm").asDouble(Double.NaN))
                  + result.path("ppmError").asDouble())
          .as(result.toPrettyString())
          .isLessThan(500);
    }
    assertThat(diecast.leftovers()).isEmpty();
  }
}
