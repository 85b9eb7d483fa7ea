package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark's answer, whatever this machine's speed of today. */
class PipesBenchE2E {
  @TempDir Path directory;

  private int run(Path out, String... arguments) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(Diecast.home().resolve("diecast").toString(), "bench", "pipes");
    builder.command().addAll(java.util.List.of(arguments));
    return builder
        .directory(Diecast.home().toFile())
        .redirectOutput(out.toFile())
        .redirectError(directory.resolve("err").toFile())
        .start()
        .waitFor();
  }

  @Test
  void saysWhatTheEngineMovesAndHowLate() throws Exception {
    Path out = directory.resolve("out");
    int exit = run(out, "--hops", "2", "--window", "1", "-o", "json");
    JsonNode report = new ObjectMapper().readTree(Files.readString(out));
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
    assertThat(exit).isEqualTo(sustained ? 0 : 1);
  }
}
