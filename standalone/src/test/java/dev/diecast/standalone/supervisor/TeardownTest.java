package dev.diecast.standalone.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TeardownTest {

  @TempDir Path temporary;
  private Instance instance;
  private final List<Process> processes = new ArrayList<>();
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void instance() {
    instance = new Instance("test", temporary.resolve("state"));
  }

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void endsWhatCarriesTheMarkAndNothingElse() throws IOException {
    Process marked = start(instance.directory(), "sleep", "60");
    Process other = start(temporary.resolve("state2"), "sleep", "60");
    Teardown.Outcome outcome = Teardown.of(instance, said::add).run();
    assertThat(outcome.isClean()).isTrue();
    assertThat(outcome.ended()).isEqualTo(1);
    assertThat(marked.isAlive()).isFalse();
    assertThat(other.isAlive()).isTrue();
    assertThat(said).anyMatch(line -> line.contains("pid " + marked.pid()));
  }

  @Test
  void endsWhatIgnoresSigterm() throws IOException {
    Process stubborn =
        start(instance.directory(), "sh", "-c", "trap '' TERM; while :; do sleep 1; done");
    Teardown.Outcome outcome = Teardown.of(instance, said::add, Duration.ofMillis(300)).run();
    assertThat(outcome.isClean()).isTrue();
    assertThat(stubborn.isAlive()).isFalse();
  }

  @Test
  void removesTheDirectoryWithoutFollowingLinks() throws IOException {
    Path outside = Files.createDirectories(temporary.resolve("outside"));
    Path kept = Files.writeString(outside.resolve("kept"), "");
    Files.createDirectories(instance.directory().resolve("vms/default_a"));
    Files.writeString(instance.directory().resolve("vms/default_a/instance.json.partial"), "{");
    Files.createSymbolicLink(instance.directory().resolve("link"), outside);
    assertThat(Teardown.of(instance, said::add).run().isClean()).isTrue();
    assertThat(instance.directory()).doesNotExist();
    assertThat(kept).exists();
  }

  @Test
  void canBeRunAgainAndWhereNothingWas() {
    assertThat(Teardown.of(instance, said::add).run())
        .isEqualTo(new Teardown.Outcome(0, List.of()));
    assertThat(Teardown.of(instance, said::add).run())
        .isEqualTo(new Teardown.Outcome(0, List.of()));
  }

  @Test
  void saysWhatIsThere() throws IOException {
    Files.createDirectories(instance.directory());
    Process marked = start(instance.directory(), "sleep", "60");
    assertThat(Teardown.of(instance, said::add).leftovers())
        .containsExactlyInAnyOrder(
            "process sleep (pid " + marked.pid() + ")", "directory " + instance.directory());
  }

  private Process start(Path mark, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put(Instance.MARK, mark.toString());
    Process process = builder.start();
    processes.add(process);
    return process;
  }
}
