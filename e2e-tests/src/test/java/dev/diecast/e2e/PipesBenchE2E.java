package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** The benchmark's answer, whatever this machine's speed of today. */
class PipesBenchE2E {
  @Test
  void saysWhatTheEngineMovesAndHowLate() throws Exception {
    Diecast.Result bench =
        Diecast.ofNone("bench pipes", "--hops", "2", "--window", "1", "-o", "json");
    JsonNode report = bench.json();
    assertThat(report.path("bench").asText()).isEqualTo("pipes");
    assertThat(report.path("results")).hasSize(1);
    boolean sustained = true;
    for (JsonNode result : report.path("results")) {
      assertThat(result.path("engine").asText()).isEqualTo("core");
      assertThat(result.path("steps")).isNotEmpty();
      assertThat(result.path("loadPacketsPerSecond").asDouble()).isPositive();
      JsonNode late = result.path("latenessMicros");
      assertThat(late.path("p50").asDouble())
          .isPositive()
          .isLessThanOrEqualTo(late.path("p99").asDouble());
      assertThat(late.path("p99").asDouble()).isLessThanOrEqualTo(late.path("max").asDouble());
      sustained &= result.path("packetsPerSecond").asDouble() > 0;
    }
    assertThat(bench.exit()).isEqualTo(sustained ? 0 : 1);
  }
}
