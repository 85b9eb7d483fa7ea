package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a run ends, nothing is left. */
class TeardownE2E {
  private final Diecast diecast = new Diecast("e2e-teardown");
  @TempDir Path directory;

  @AfterEach
  void down() throws Exception {
    diecast.run("down");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5, 9, 14, 25})
  void interruptedAfterSeconds(int seconds) throws Exception {
    Process run = start();
    TimeUnit.SECONDS.sleep(seconds);
    // What a terminal sends on Ctrl-C.
    new ProcessBuilder("kill", "-INT", "" + run.pid()).start().waitFor();
    assertThat(run.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(diecast.leftovers()).isEmpty();
  }

  @Test
  void everythingKilledThenDown() throws Exception {
    Process run = start();
    Path state = diecast.stateDirectory();
    await()
        .atMost(2, TimeUnit.MINUTES)
        .until(() -> hasGuests(state) && diecast.findPid("node-daemon/target/").isPresent());
    run.destroyForcibly().waitFor();
    ProcessHandle.of(diecast.pidOf("supervise")).orElseThrow().destroyForcibly();
    ProcessHandle.of(diecast.pidOf("node-daemon/target/")).orElseThrow().destroyForcibly();
    assertThat(diecast.leftovers()).isNotEmpty();
    assertThat(diecast.run("down").exit()).isZero();
    assertThat(diecast.leftovers()).isEmpty();
  }

  private static boolean hasGuests(Path state) throws IOException {
    Path vms = state.resolve("vms");
    if (!Files.isDirectory(vms)) {
      return false;
    }
    try (Stream<Path> guests = Files.list(vms)) {
      return guests.findAny().isPresent();
    }
  }

  private Process start() throws Exception {
    Path file = Models.file(directory, Models.GOOD);
    return diecast.start(
        Files.createFile(directory.resolve("out")),
        Files.createFile(directory.resolve("err")),
        "run",
        file.toString());
  }
}
