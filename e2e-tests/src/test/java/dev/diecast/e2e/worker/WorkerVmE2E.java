package dev.diecast.e2e.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.standalone.virt.ExecResult;
import dev.diecast.standalone.worker.WorkerCommand;
import dev.diecast.standalone.worker.WorkerTimeoutException;
import dev.diecast.standalone.worker.WorkerVm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the worker VM is for, on a real one. */
@ExtendWith(SharedWorkerVm.class)
class WorkerVmE2E {

  private static ExecResult shell(WorkerVm vm, String script) throws Exception {
    return vm.exec(WorkerCommand.of("sh", "-c", script));
  }

  private static String succeeding(WorkerVm vm, String script) throws Exception {
    ExecResult result = shell(vm, script);
    assertThat(result.exitCode()).as(script + ": " + result.stderrText()).isZero();
    return result.stdoutText().strip();
  }

  @Test
  void exitCodesComeThrough(WorkerVm vm) throws Exception {
    assertThat(vm.exec(WorkerCommand.of("true")).exitCode()).isZero();
    assertThat(shell(vm, "exit 7").exitCode()).isEqualTo(7);
    assertThat(shell(vm, "kill -TERM $$").exitCode()).isEqualTo(128 + 15);
    ExecResult unknown = vm.exec(WorkerCommand.of("no-such-program"));
    assertThat(unknown.exitCode()).isEqualTo(127);
    assertThat(unknown.stderrText()).contains("no-such-program");
    ExecResult nowhere = vm.exec(WorkerCommand.of("true").in(Path.of("/no/such/directory")));
    assertThat(nowhere.exitCode()).isEqualTo(126);
  }

  @Test
  void bytesGoInAndOutUnchanged(WorkerVm vm) throws Exception {
    byte[] input = new byte[5_000_000];
    new Random(20261126).nextBytes(input);
    ExecResult result =
        vm.exec(WorkerCommand.of("sh", "-c", "cat; echo done >&2").withStdin(input));
    assertThat(result.exitCode()).isZero();
    assertThat(result.stdout()).isEqualTo(input);
    assertThat(result.stderrText()).isEqualTo("done\n");
    assertThat(vm.exec(WorkerCommand.of("cat")).stdout()).as("without input").isEmpty();
  }

  @Test
  void noWordIsChangedOnItsWay(WorkerVm vm) throws Exception {
    List<String> words =
        List.of("", "a b", "it's", "\"$HOME\" `id` $(id)", "*", "two\nlines", "tab\t", "ü€", "\\");
    List<String> command = new ArrayList<>(List.of("printf", "%s\\0"));
    command.addAll(words);
    ExecResult result =
        vm.exec(
            WorkerCommand.of(command.toArray(String[]::new)).with("NOTE", "it's\n\"$HOME\" here"));
    assertThat(result.stdoutText()).isEqualTo(String.join("\0", words) + "\0");
    assertThat(
            vm.exec(WorkerCommand.of("printenv", "NOTE").with("NOTE", "it's\n\"$HOME\""))
                .stdoutText())
        .isEqualTo("it's\n\"$HOME\"\n");
  }

  /** None can end before all have begun. */
  @Test
  void severalRunAtTheSameTime(WorkerVm vm) throws Exception {
    String directory = succeeding(vm, "mktemp -d");
    int count = 6;
    String script =
        "touch %1$s/$$; while [ $(ls %1$s | wc -l) -lt %2$d ]; do sleep 0.2; done; echo all"
            .formatted(directory, count);
    List<CompletableFuture<ExecResult>> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      CompletableFuture<ExecResult> run = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  run.complete(shell(vm, script));
                } catch (Exception e) {
                  run.completeExceptionally(e);
                }
              });
      runs.add(run);
    }
    for (CompletableFuture<ExecResult> run : runs) {
      assertThat(run.get().stdoutText()).isEqualTo("all\n");
    }
  }

  @Test
  void whatTakesTooLongIsKilledWithAllThatItStarted(WorkerVm vm) throws Exception {
    WorkerCommand endless =
        WorkerCommand.of("sh", "-c", "setsid sleep 98765 & sleep 98765; echo never")
            .within(Duration.ofSeconds(2));
    assertThatThrownBy(() -> vm.exec(endless))
        .isInstanceOf(WorkerTimeoutException.class)
        .hasMessageContaining("98765")
        .hasMessageContaining("2.0 s");
    assertThat(succeeding(vm, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"))
        .doesNotContain("sleep 98765");
  }

  @Test
  void aProgramMayLeaveOthersRunning(WorkerVm vm) throws Exception {
    String pid = succeeding(vm, "setsid sleep 300 > /dev/null 2>&1 & echo $!");
    assertThat(succeeding(vm, "cat /proc/" + pid + "/comm; kill " + pid)).isEqualTo("sleep");
  }

  @Test
  void theFilesAreThisMachinesAndStayAsTheyAre(WorkerVm vm) throws Exception {
    Path file = Files.createTempFile(Path.of("target"), "of-this-machine", ".txt").toAbsolutePath();
    try {
      Files.writeString(file, "here\n");
      assertThat(succeeding(vm, "cat " + file)).isEqualTo("here");
      assertThat(succeeding(vm, "echo there > " + file + "; rm /etc/fstab; cat " + file))
          .isEqualTo("there");
      assertThat(file).hasContent("here\n");
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void everyControllerIsThereInVersion2(WorkerVm vm) throws Exception {
    assertThat(succeeding(vm, "stat -f -c %T /sys/fs/cgroup")).isEqualTo("cgroup2fs");
    assertThat(succeeding(vm, "cat /sys/fs/cgroup/cgroup.subtree_control").split(" "))
        .contains("cpu", "cpuset", "io", "memory", "pids");
    assertThat(succeeding(vm, "cat /proc/self/cgroup")).startsWith("0::/exec/");
  }

  @Test
  void netemDelays(WorkerVm vm) throws Exception {
    String answer =
        succeeding(
            vm,
            "tc qdisc add dev lo root netem delay 50ms && /run/diecast/bin/busybox ping -c 2"
                + " 127.0.0.1; tc qdisc del dev lo root");
    Matcher round = Pattern.compile("seq=1 .*time=([0-9.]+) ms").matcher(answer);
    assertThat(round.find()).as(answer).isTrue();
    assertThat(Double.parseDouble(round.group(1))).isGreaterThanOrEqualTo(100);
  }

  @Test
  void modulesLoadByNameAndWhenTheKernelAsks(WorkerVm vm) throws Exception {
    assertThat(
            succeeding(
                vm, "modprobe dummy && grep -c '^dummy ' /proc/modules && modprobe -r dummy"))
        .isEqualTo("1");
    assertThat(
            succeeding(
                vm,
                "ip link add ifb7 type ifb && tc qdisc add dev ifb7 root handle 1: htb && tc qdisc"
                    + " show dev ifb7; ip link del ifb7"))
        .contains("htb");
  }

  @Test
  void devicesLoadTheirModulesWhenTheyAreOpened(WorkerVm vm) throws Exception {
    assertThat(succeeding(vm, "exec 3<> /dev/net/tun; grep -c '^tun ' /proc/modules"))
        .isEqualTo("1");
    assertThat(
            succeeding(
                vm,
                "f=$(mktemp) && truncate -s 1M $f && d=$(losetup -f --show $f) && losetup -d $d && echo $d"))
        .startsWith("/dev/loop");
  }

  @Test
  void nestedKvmIsThere(WorkerVm vm) throws Exception {
    assumeTrue(
        shell(vm, "grep -qE 'svm|vmx' /proc/cpuinfo").exitCode() == 0,
        "SKIPPED: this machine's KVM does not nest");
    assertThat(succeeding(vm, "modprobe kvm_amd || modprobe kvm_intel; stat -c %F /dev/kvm"))
        .isEqualTo("character special file");
  }

  @Test
  void itIsFoundByOtherProcessesToo(WorkerVm vm) throws Exception {
    WorkerVm same = WorkerVm.attach(Path.of("target", "worker-vm")).orElseThrow();
    assertThat(same.exec(WorkerCommand.of("echo", "same")).stdoutText()).isEqualTo("same\n");
    assertThat(WorkerVm.attach(Path.of("target", "no-vm"))).isEmpty();
  }

  @Test
  void exchangedFilesAreRemoved(WorkerVm vm) throws IOException, InterruptedException {
    vm.exec(WorkerCommand.of("true"));
    try (var left = Files.list(Path.of("target", "worker-vm", "exchange"))) {
      assertThat(left).containsExactly(Path.of("target", "worker-vm", "exchange", "ready"));
    }
  }

  @Test
  void outputComesWhileTheProgramRuns(WorkerVm vm) throws Exception {
    String file = "/run/diecast/go-" + System.nanoTime();
    CompletableFuture<String> first = new CompletableFuture<>();
    var out =
        new java.io.ByteArrayOutputStream() {
          @Override
          public void flush() {
            first.complete(toString(StandardCharsets.UTF_8));
          }
        };
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                first.get();
                shell(vm, "touch " + file);
              } catch (Exception e) {
                first.completeExceptionally(e);
              }
            });
    // Ends only once somebody has seen what it said first.
    int exit =
        vm.exec(
            WorkerCommand.of(
                "sh", "-c", "echo first; until [ -e " + file + " ]; do sleep 0.1; done; echo last"),
            out,
            java.io.OutputStream.nullOutputStream());
    assertThat(exit).isZero();
    assertThat(first.get()).isEqualTo("first\n");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("first\nlast\n");
  }
}
