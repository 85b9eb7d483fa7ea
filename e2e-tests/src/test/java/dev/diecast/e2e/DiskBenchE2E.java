package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A dilated guest's disks, as its own fio sees them, through the whole stack. */
class DiskBenchE2E {
  private final Diecast diecast = new Diecast("e2e-disk");

  @AfterEach
  void down() throws Exception {
    diecast.run("down");
  }

  @Test
  void aDilatedGuestsDisksAreAsFastAndAsSlowAsConfigured() throws Exception {
    Diecast.Result bench =
        diecast.run("bench disk", "--factors", "5/2", "--window", "8", "-o", "json");
    assertThat(bench.exit()).as(bench.all()).isZero();
    JsonNode report = bench.json();
    assertThat(report.path("bench").asText()).isEqualTo("disk");
    assertThat(report.path("results").findValuesAsText("rate"))
        .containsExactly(
            "writeBytesPerSecond",
            "readBytesPerSecond",
            "writeIops",
            "readIops",
            "writeLatencyMicros",
            "readLatencyMicros");
    for (JsonNode result : report.path("results")) {
      double ratio = result.path("ratio").asDouble(Double.NaN);
      boolean latency = result.path("rate").asText().endsWith("Micros");
      // A busy machine makes a disk slower than its limits; nothing makes it faster.
      assertThat(ratio)
          .as(result.toPrettyString())
          .isBetween(latency ? 0.95 : 0.6, latency ? 4.0 : 1.1);
    }
    assertThat(diecast.leftovers()).isEmpty();
  }

  @Test
  void whatCannotBeMeasuredIsRefused() throws Exception {
    Diecast.Result window = diecast.run("bench disk", "--window", "1");
    assertThat(window.exit()).isEqualTo(2);
    assertThat(window.err()).contains("--window: must be 5 to 600 seconds, not 1");
    Diecast.Result rate = diecast.run("bench disk", "--bytes-per-second", "fast");
    assertThat(rate.exit()).isEqualTo(2);
    assertThat(rate.err()).contains("--bytes-per-second fast");
  }
}
