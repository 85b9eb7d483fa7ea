package dev.diecast.daemon.network.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.ProcessKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** On this process itself: its namespace, and that of a process whose pid it was given. */
class PinnedNamespaceTest {
  private static final ProcFiles PROC = new ProcFiles(Path.of("/proc"));
  private static final int PID = (int) ProcessHandle.current().pid();

  @Test
  void leadsToTheNamespaceOfTheProcess() throws IOException {
    ProcessKey self = new ProcessKey(PID, PROC.startTicks(PID).orElseThrow());
    Path path;
    try (PinnedNamespace namespace = PinnedNamespace.of(PROC, self)) {
      path = namespace.path();
      assertThat(Files.readSymbolicLink(path))
          .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void refusesAnotherProcessOfTheSamePid() {
    ProcessKey before = new ProcessKey(PID, PROC.startTicks(PID).orElseThrow() - 1);
    assertThatThrownBy(() -> PinnedNamespace.of(PROC, before).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(Integer.toString(PID));
  }
}
