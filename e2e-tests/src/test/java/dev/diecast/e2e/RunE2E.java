package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main command of the README. */
class RunE2E {
  /** Wider than the 10 % of a user's run: test machines are shared, and their speed wanders. */
  private static final String TOLERANCE = "25";

  /** Least over most speed of the undilated guest in the rounds of one run. */
  private static final double STEADY = 0.8;

  private final Diecast diecast = new Diecast("e2e-run");

  @AfterEach
  void down() throws Exception {
    diecast.run("down");
  }

  @Test
  void quickstartIsTrue() throws Exception {
    Diecast.Result run =
        diecast.run(
            "run",
            "examples/quickstart.yaml",
            "-o",
            "json",
            "--cpu-tolerance",
            TOLERANCE,
            "--unfaithful-tolerance",
            TOLERANCE);
    System.err.println(run.err());

    assertThat(run.exit()).as(run.all()).isIn(0, 1, 3);
    JsonNode report = run.json();
    assertThat(report.path("timeDilationFactor").asText()).isEqualTo("10");
    assertThat(report.path("nodes").size()).isGreaterThanOrEqualTo(6);
    for (JsonNode node : report.path("nodes")) {
      double error = node.at("/clock/ppmError").asDouble(Double.NaN);
      assertThat(Math.abs(node.at("/clock/ppm").asDouble(Double.NaN)) + error)
          .as(node.toPrettyString())
          .isLessThanOrEqualTo(200);
      assertThat(node.at("/clock/windowSeconds").asDouble()).isGreaterThanOrEqualTo(30);
    }
    assertThat(diecast.leftovers()).isEmpty();

    assumeSteady(report.path("reference"));
    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(report.path("verdict").asText()).isEqualTo("PASS");
    for (JsonNode node : report.path("nodes")) {
      assertThat(node.at("/cpu/ratio").asDouble(Double.NaN))
          .as(node.toPrettyString())
          .isBetween(0.75, 1.25);
    }
  }

  /** Work is told by comparison with an undilated guest: one that wanders by itself tells none. */
  private static void assumeSteady(JsonNode reference) {
    double least = reference.path("least").asDouble();
    double most = reference.path("most").asDouble();
    assumeTrue(
        least >= STEADY * most,
        () ->
            "SKIPPED: this machine's own speed wanders too much to judge work by: %.0f to %.0f loop iterations/s of the undilated guest"
                .formatted(least, most));
  }

  @Test
  void anAutomaticFactorIsTheSmallestThatFits() throws Exception {
    Diecast.Result run = diecast.run("up", "examples/auto.yaml", "--no-wait");
    assertThat(run.exit()).as(run.all()).isZero();
    JsonNode status = diecast.run("status", "-o", "json").json();
    double factor = Double.parseDouble(decimal(status.at("/models/0/timeDilationFactor").asText()));
    assertThat(factor).isGreaterThan(1);
  }

  /** Both nodes of a ask one of b, 10 ms away, five times each. */
  private static final String PINGS =
      "a: ping -c 5 b-0 | awk -F time= '/time=/ {split($2, t, \" \");"
          + " printf \"{\\\"result\\\":\\\"latency\\\",\\\"series\\\":\\\"ping\\\",\\\"seconds\\\":%.6f}\\n\", t[1] / 1000}'";

  @Test
  void whatALoadPrintsIsKeptAndCompared(@TempDir Path directory) throws Exception {
    Path results = directory.resolve("results");
    Path page = directory.resolve("run.html");
    Diecast.Result run =
        diecast.run(
            "run",
            Models.file(directory, Models.twoSides("loaded", 1)).toString(),
            "--load",
            PINGS,
            "--results",
            results.toString(),
            "--report",
            page.toString(),
            "-o",
            "json",
            "--cpu-rounds",
            "1",
            "--compensation-rounds",
            "1");
    assertThat(run.exit()).as(run.all()).isIn(0, 1, 3);
    assertThat(diecast.leftovers()).isEmpty();

    List<Double> seconds = new ArrayList<>();
    for (String node : List.of("a-0", "a-1")) {
      for (String line : Files.readAllLines(results.resolve(node + ".txt"))) {
        JsonNode result = new ObjectMapper().readTree(line);
        assertThat(result.path("series").asText()).isEqualTo("ping");
        seconds.add(result.path("seconds").asDouble());
      }
    }
    assertThat(seconds).hasSize(10).allSatisfy(s -> assertThat(s).isBetween(0.020, 0.5));

    JsonNode pipes = run.json().path("pipes");
    assertThat(pipes.findValuesAsText("name")).contains("left > right", "right > left");
    for (JsonNode pipe : pipes) {
      if (pipe.path("name").asText().equals("left > right")) {
        assertThat(pipe.path("propagationMicros").asDouble()).isEqualTo(10_000);
        assertThat(pipe.path("frames").asLong()).isGreaterThanOrEqualTo(10);
        assertThat(pipe.at("/delays/0/micros").asDouble()).isGreaterThanOrEqualTo(10_000);
      }
    }
    assertThat(Files.readString(page)).contains("Delay of pipes", "left &gt; right");

    Diecast.Result compared =
        Diecast.ofNone("compare", results.toString(), results.toString(), "--series", "ping");
    assertThat(compared.exit()).as("a run is as it is itself: %s", compared.all()).isIn(0, 3);
    assertThat(compared.out()).contains("10 and 10 values");
  }

  private static String decimal(String rational) {
    String[] parts = rational.split("/");
    return parts.length == 1
        ? rational
        : Double.toString(Double.parseDouble(parts[0]) / Double.parseDouble(parts[1]));
  }
}
