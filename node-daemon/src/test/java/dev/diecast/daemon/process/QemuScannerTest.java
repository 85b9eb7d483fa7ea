package dev.diecast.daemon.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QemuScannerTest {
  private static final String UID = "0b5d7f0e-6f41-4b5c-9d0d-3f1f0d0f7a11";
  @TempDir Path proc;
  private QemuScanner scanner;

  @BeforeEach
  void start() {
    scanner = new QemuScanner(new ProcFiles(proc));
  }

  private void process(int pid, long start, String... arguments) throws IOException {
    Path directory = Files.createDirectories(proc.resolve(Integer.toString(pid)));
    Files.writeString(directory.resolve("cmdline"), String.join("\0", arguments) + "\0");
    Files.writeString(
        directory.resolve("stat"),
        pid + " (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 " + start + " 0 0");
  }

  @Test
  void seesAProcessThatExecsLater() throws IOException {
    process(10, 100, "/bin/java", "supervisor");
    assertThat(scanner.scan()).isEmpty();
    process(10, 100, "qemu-system-x86_64", "-uuid", UID);
    assertThat(scanner.scan().get(UID).key()).isEqualTo(new ProcessKey(10, 100));
  }

  @Test
  void aProcessIsStoppedBySignalOrTracerAndOnlyThatOne() throws IOException {
    ProcFiles files = new ProcFiles(proc);
    process(10, 100, "qemu-system-x86_64", "-uuid", UID);
    ProcessKey qemu = new ProcessKey(10, 100);
    assertThat(files.isStopped(qemu)).isFalse();
    Path stat = proc.resolve("10").resolve("stat");
    String running = Files.readString(stat);
    for (String state : new String[] {"T", "t"}) {
      Files.writeString(stat, running.replace("(x) S", "(a) b) " + state));
      assertThat(files.isStopped(qemu)).as(state).isTrue();
      assertThat(files.isStopped(new ProcessKey(10, 101))).as("another process").isFalse();
    }
    assertThat(files.isStopped(new ProcessKey(11, 100))).as("gone").isFalse();
  }

  @Test
  void tellsARestartWithTheSamePid() throws IOException {
    process(10, 100, "qemu-system-x86_64", "-uuid", UID);
    assertThat(scanner.scan().get(UID).key()).isEqualTo(new ProcessKey(10, 100));
    process(10, 200, "qemu-system-x86_64", "-uuid", UID);
    assertThat(scanner.scan().get(UID).key()).isEqualTo(new ProcessKey(10, 200));
  }

  @Test
  void ofTwoWithOneUuidTheOlderIsMeant() throws IOException {
    process(30, 100, "qemu-system-x86_64", "-uuid", UID);
    process(10, 200, "qemu-system-x86_64", "-uuid", UID);
    assertThat(scanner.scan().get(UID).pid()).isEqualTo(30);
  }

  @Test
  void namesTellVcpus() throws IOException {
    thread(1, "qemu-system-x86");
    thread(2, "CPU 0/KVM");
    thread(3, "CPU 11/TCG");
    thread(4, "IO mon_iothread");
    thread(5, "CPU 1/TCGx");
    thread(6, "ALL CPUs/TCG");
    VcpuThreads.Threads threads = new VcpuThreads(new ProcFiles(proc), 1).read();
    assertThat(threads.vcpus()).containsExactly(Map.entry(0, Set.of(2)), Map.entry(11, Set.of(3)));
    assertThat(threads.others()).containsExactly(1, 4, 5, 6);
  }

  @Test
  void aThreadMayGetItsNameLate() throws IOException {
    thread(2, "qemu-system-x86");
    VcpuThreads threads = new VcpuThreads(new ProcFiles(proc), 1);
    assertThat(threads.read().vcpus()).isEmpty();
    thread(2, "CPU 0/TCG");
    assertThat(threads.read().vcpus()).containsExactly(Map.entry(0, Set.of(2)));
  }

  private void thread(int tid, String name) throws IOException {
    Path directory = Files.createDirectories(proc.resolve("1/task").resolve("" + tid));
    Files.writeString(directory.resolve("comm"), name + "\n");
  }
}
