package dev.diecast.standalone.virt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.cpu.ThreadTimes;
import dev.diecast.core.cpu.Throttling;
import dev.diecast.standalone.virt.GuestVcpus.Times;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestVcpusTest {
  @TempDir Path task;

  @Test
  void vcpusAloneCount() throws IOException {
    thread(11, "qemu-system-x86", "900 900 1");
    thread(12, "CPU 0/TCG", "100 20 3");
    thread(13, "CPU 1/KVM", "50 5 3");
    assertThat(GuestVcpus.in(task).times()).isEqualTo(times(150, 25));
  }

  @Test
  void aGuestThatIsGoneHasNone() {
    assertThat(GuestVcpus.in(task.resolve("gone")).threads()).isEmpty();
    assertThat(GuestVcpus.in(task).times()).isEqualTo(times(0, 0));
  }

  @Test
  void aGuestThatWaitedHalfOfItsTimeWasServedByHalf() {
    Times before = times(1_000, 100);
    assertThat(times(1_500, 600).since(before).served()).isEqualTo(0.5);
    assertThat(times(1_500, 100).since(before).served()).isEqualTo(1);
    assertThat(before.since(before).served()).isEqualTo(1);
  }

  private static Times times(long runNanos, long delayNanos) {
    return new Times(new ThreadTimes(runNanos, delayNanos), Throttling.NONE);
  }

  @Test
  void aThreadIsKeptOnItsCore() throws Exception {
    Process sleeping = new ProcessBuilder("sleep", "60").start();
    try {
      GuestVcpus vcpus =
          new GuestVcpus(List.of(Path.of("/proc/" + sleeping.pid() + "/task/" + sleeping.pid())));
      vcpus.pin(0);
      assertThat(Files.readString(vcpus.threads().getFirst().resolve("status")))
          .containsPattern("Cpus_allowed_list:\\s+0\n");
      assertThatThrownBy(() -> vcpus.pin(4_000)).isInstanceOf(IOException.class);
    } finally {
      sleeping.destroyForcibly().waitFor();
    }
  }

  private void thread(int tid, String name, String schedstat) throws IOException {
    Path thread = Files.createDirectory(task.resolve(Integer.toString(tid)));
    Files.writeString(thread.resolve("comm"), name + "\n");
    Files.writeString(thread.resolve("schedstat"), schedstat + "\n");
  }
}
