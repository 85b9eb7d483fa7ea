package dev.diecast.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SabotageTableTest {
  @TempDir Path home;

  @Test
  void showsWhatWasWantedAndWhatCameOfIt() throws IOException {
    assertThat(SabotageTable.read(home)).isEmpty();
    Path file = home.resolve("e2e-tests/target/fidelity/verdicts.json");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        """
        [{"run":"CPU hog","wanted":"FAIL CpuContention","verdict":"FAIL","cause":"CpuContention","right":true},
         {"run":"clean run 1","wanted":"PASS","verdict":"UNKNOWN","cause":"","right":false}]
        """);
    assertThat(SabotageTable.text(SabotageTable.read(home).orElseThrow()).lines())
        .containsExactly(
            "RUN          WANTED              VERDICT  CAUSE",
            "CPU hog      FAIL CpuContention  FAIL     CpuContention",
            "clean run 1  PASS                UNKNOWN                 WRONG",
            "1 of 2 verdicts are right");
    SabotageTable.delete(home);
    assertThat(SabotageTable.read(home)).isEmpty();
  }
}
