package dev.diecast.e2e.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.e2e.Diecast;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * After each sabotaged run a clean one, of the same guests. Property {@code diecast.sabotage} is a
 * regular expression of those that are wanted, for whoever works on one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FidelitySuite {
  @TempDir static Path directory;
  private final VerdictTable table =
      new VerdictTable(Diecast.home().resolve("e2e-tests/target/fidelity/verdicts.json"));
  private Testbed testbed;
  private int clean;

  /** What a verdict's JSON says. */
  private record Told(String verdict, List<String> causes, String all) {
    static Told of(Diecast.Result result) {
      JsonNode json = result.json();
      List<String> causes =
          StreamSupport.stream(json.path("models").path(0).path("findings").spliterator(), false)
              .filter(finding -> finding.path("outcome").asText().equals("FAIL"))
              .map(finding -> finding.path("cause").asText())
              .distinct()
              .toList();
      return new Told(json.path("verdict").asText(), causes, result.all());
    }
  }

  @BeforeAll
  void up() throws Exception {
    testbed = Testbed.up("e2e-fidelity", directory);
  }

  @AfterAll
  void down() throws Exception {
    if (testbed != null) {
      testbed.down();
    }
  }

  Stream<Sabotage> sabotages() {
    return Stream.of(
            new CpuSabotage(testbed).all(),
            new DeviceSabotage(testbed).all(),
            new TimeSabotage(testbed).all())
        .flatMap(List::stream)
        .filter(sabotage -> sabotage.name().matches(System.getProperty("diecast.sabotage", ".*")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sabotages")
  void isToldWithItsCauseAndWhatComesAfterIsClean(Sabotage sabotage) throws Exception {
    Told told = judged(sabotage);
    boolean right =
        sabotage.causes().isEmpty()
            ? !told.verdict().equals("PASS")
            : told.verdict().equals("FAIL")
                && told.causes().stream().anyMatch(sabotage.causes()::contains);
    table.add(
        new VerdictTable.Row(
            sabotage.name(),
            sabotage.causes().isEmpty() ? "UNKNOWN" : "FAIL " + String.join("|", sabotage.causes()),
            told.verdict(),
            String.join(", ", told.causes()),
            right));
    testbed.awaitFaithful();
    Told control = Told.of(verdict().finished());
    table.add(
        new VerdictTable.Row(
            "clean run " + ++clean,
            "PASS",
            control.verdict(),
            String.join(", ", control.causes()),
            control.verdict().equals("PASS")));
    assertThat(right).as(sabotage.name() + ": " + told.all()).isTrue();
    assertThat(control.verdict()).as(control.all()).isEqualTo("PASS");
  }

  private Told judged(Sabotage sabotage) throws Exception {
    Optional<Verdict> begun = Optional.empty();
    if (!sabotage.before()) {
      begun = Optional.of(verdict());
      begun.get().awaitBegun();
    }
    Sabotage.Undo undo = sabotage.deed().begin();
    try {
      return Told.of(begun.isPresent() ? begun.get().finished() : verdict().finished());
    } finally {
      undo.undo();
    }
  }

  private Verdict verdict() throws IOException {
    return new Verdict(
        testbed.diecast(), directory.resolve("verdict.out"), directory.resolve("verdict.err"));
  }

  /** `diecast verdict`, on its way. */
  private static final class Verdict {
    private final Path out;
    private final Path err;
    private final Process process;

    Verdict(Diecast diecast, Path out, Path err) throws IOException {
      this.out = out;
      this.err = err;
      Files.writeString(err, "");
      process =
          diecast.start(
              out,
              err,
              "verdict",
              Testbed.MODEL,
              "--for",
              Integer.toString(Sabotage.WINDOW_SECONDS),
              "-o",
              "json");
    }

    void awaitBegun() throws IOException, InterruptedException {
      while (process.isAlive() && !Files.readString(err).contains("judging")) {
        Testbed.pause(0.1);
      }
    }

    Diecast.Result finished() throws IOException, InterruptedException {
      process.waitFor();
      return new Diecast.Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }
  }
}
