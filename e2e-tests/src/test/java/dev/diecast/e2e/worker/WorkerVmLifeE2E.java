package dev.diecast.e2e.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.diecast.e2e.Diecast;
import dev.diecast.standalone.FileTree;
import dev.diecast.standalone.process.ProcFilesystem;
import dev.diecast.standalone.process.ProcessIdentity;
import dev.diecast.standalone.worker.WorkerCommand;
import dev.diecast.standalone.worker.WorkerFailure;
import dev.diecast.standalone.worker.WorkerImage;
import dev.diecast.standalone.worker.WorkerVm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a worker VM begins and ends. */
class WorkerVmLifeE2E {
  private static SharedWorkerVm.Parts parts;
  @TempDir Path directory;

  @BeforeAll
  static void prepare() {
    parts = SharedWorkerVm.Parts.prepare();
  }

  @Test
  void oneThatDoesNotBootSaysWhatItsConsoleSaidLast() throws IOException {
    Path noInitrd = Files.writeString(directory.resolve("initrd"), "not an initramfs");
    WorkerImage broken =
        new WorkerImage(parts.image().kernel(), noInitrd, parts.image().kernelVersion());
    Path at = directory.resolve("vm");
    assertThatThrownBy(() -> new SharedWorkerVm.Parts(broken, parts.qemu()).boot(at))
        .isInstanceOf(WorkerFailure.class)
        .hasMessageContaining("Unable to mount root fs")
        .hasMessageContaining(at.resolve("console.log").toString());
    assertThat(at.resolve("console.log")).isNotEmptyFile();
    assertThat(WorkerVm.attach(at)).isEmpty();
  }

  @Test
  void aQemuThatRefusesIsQuoted() throws IOException {
    WorkerImage missing =
        new WorkerImage(
            directory.resolve("none"), parts.image().initrd(), parts.image().kernelVersion());
    assertThatThrownBy(
            () -> new SharedWorkerVm.Parts(missing, parts.qemu()).boot(directory.resolve("vm")))
        .isInstanceOf(WorkerFailure.class)
        .hasMessageContaining("could not open kernel file");
  }

  /** Boots a VM, says its pid, and waits to be killed. */
  public static final class Owner {
    private Owner() {}

    public static void main(String[] arguments) throws Exception {
      WorkerVm vm = SharedWorkerVm.Parts.prepare().boot(Path.of(arguments[0]));
      System.out.println("pid " + vm.process().pid());
      Thread.sleep(Duration.ofMinutes(10));
    }
  }

  @Test
  void itEndsWithTheProcessThatBootedItHoweverThatEnds() throws Exception {
    Process owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Ddiecast.worker.kernel=" + SharedWorkerVm.kernel().release(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                directory.resolve("vm").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = owner.inputReader(StandardCharsets.UTF_8)) {
      String line = said.readLine();
      while (line != null && !line.startsWith("pid ")) {
        line = said.readLine();
      }
      assertThat(line).as("what the owner said last").isNotNull();
      ProcessIdentity vm =
          ProcFilesystem.identify(Long.parseLong(line.substring("pid ".length()))).orElseThrow();
      owner.destroyForcibly().waitFor(); // kill -9
      await().atMost(Duration.ofSeconds(30)).until(() -> !ProcFilesystem.runs(vm));
    } finally {
      owner.destroyForcibly();
    }
    assertThat(WorkerVm.attach(directory.resolve("vm"))).isEmpty();
  }

  @Test
  void closedItLeavesTheConsolesLogAlone() throws Exception {
    Path at = directory.resolve("vm");
    WorkerVm vm = parts.boot(at);
    assertThat(vm.exec(WorkerCommand.of("uname", "-r")).stdoutText().strip())
        .isEqualTo(parts.image().kernelVersion());
    vm.close();
    assertThat(vm.isRunning()).isFalse();
    assertThatThrownBy(() -> vm.exec(WorkerCommand.of("true"))).isInstanceOf(IOException.class);
    try (var left = Files.list(at)) {
      assertThat(left).containsExactly(at.resolve("console.log"));
    }
  }

  @Test
  void theConsolesLogOfOneThatCrashedIsWhereItIsSaidToBe() throws Exception {
    Diecast.Result crashed =
        Diecast.ofNone("worker exec", "--", "sh", "-c", "echo c > /proc/sysrq-trigger");
    assertThat(crashed.exit()).as(crashed.all()).isNotZero();
    assertThat(crashed.err()).contains("the worker VM has ended while it ran sh -c");
    Matcher named = Pattern.compile("\\(all of it: (.+)\\)").matcher(crashed.err());
    assertThat(named.find()).as(crashed.err()).isTrue();
    Path console = Path.of(named.group(1));
    try {
      assertThat(console).content().contains("sysrq triggered crash");
    } finally {
      FileTree.delete(console.getParent());
    }
  }
}
