package dev.diecast.daemon.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.daemon.cgroup.CapOutcome.Obstacle;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.VcpuThreads;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmRecord;
import dev.diecast.daemon.support.HostCgroup;
import dev.diecast.daemon.support.VcpuProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the host may refuse, each for real: told by its kind, and mended when it is over. */
class ObstacleKernelIT {
  private static final CpuCap FIFTH = new CpuCap(20_000, 100_000);

  @TempDir Path temporary;
  private HostCgroup cgroup;
  private VcpuProcess vm;
  private Path mounted;

  @BeforeEach
  void start() throws IOException {
    HostCgroup.assumeWritable();
    cgroup = HostCgroup.create();
    vm = VcpuProcess.start(0, 1, UUID.randomUUID().toString());
    cgroup.add(vm.pid());
    mounted = Files.createDirectory(temporary.resolve("mounted"));
  }

  @AfterEach
  void stop() throws Exception {
    if (vm != null) {
      vm.close();
    }
    if (cgroup != null) {
      cgroup.close();
    }
    if (mounted != null && isMounted()) {
      run("umount", mounted.toString());
    }
  }

  private boolean isMounted() throws IOException {
    return Files.readString(Path.of("/proc/self/mounts")).contains(" " + mounted + " ");
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", List.of(command), said).isZero();
  }

  private CapOutcome cap(CgroupHierarchy hierarchy, Path state) throws IOException {
    ProcFiles proc = new ProcFiles(VcpuProcess.PROC);
    CpuCapping capping =
        new CpuCapping(
            hierarchy, proc, new CgroupApplier(hierarchy, proc, _ -> {}), RecordStore.open(state));
    return capping.cap(
        CappingVictim.identity(vm.uid()), FIFTH, vm.asFound(), new VcpuThreads(proc, vm.pid()));
  }

  private void undo(CgroupHierarchy hierarchy, Path state) throws IOException {
    ProcFiles proc = new ProcFiles(VcpuProcess.PROC);
    RecordStore records = RecordStore.open(state);
    CpuCapping capping =
        new CpuCapping(hierarchy, proc, new CgroupApplier(hierarchy, proc, _ -> {}), records);
    for (VmRecord record : records.all()) {
      capping.undo(record);
    }
    assertThat(HostCgroup.children(cgroup.directory())).isEmpty();
    assertThat(records.all()).isEmpty();
  }

  @Test
  void aReadOnlyCgroupFileSystem() throws Exception {
    run("mount", "--bind", cgroup.directory().toString(), mounted.toString());
    run("mount", "-o", "remount,bind,ro", mounted.toString());
    CgroupHierarchy whole = cgroup.asHierarchy();
    CgroupHierarchy readOnly =
        new CgroupHierarchy(whole.controller(), whole.version(), mounted, whole.mountRoot());
    Path state = temporary.resolve("state");
    assertThat(cap(readOnly, state))
        .isInstanceOfSatisfying(
            CapOutcome.Refused.class,
            refused -> {
              assertThat(refused.obstacle()).isEqualTo(Obstacle.CgroupNotWritable);
              assertThat(refused.message())
                  .contains("Read-only file system")
                  .contains("privileged");
            });
    assertThat(HostCgroup.children(cgroup.directory())).isEmpty();

    run("mount", "-o", "remount,bind,rw", mounted.toString());
    assertThat(cap(readOnly, state)).isInstanceOf(CapOutcome.Capped.class);
    undo(readOnly, state);
  }

  /** Root without CAP_DAC_OVERRIDE is held to the files' modes. */
  @Test
  void noPermission() throws Exception {
    run("chmod", "0555", cgroup.directory().toString());
    CgroupHierarchy hierarchy = cgroup.asHierarchy();
    List<String> command =
        new ArrayList<>(List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search"));
    command.addAll(
        CappingVictim.command(hierarchy, temporary.resolve("state"), vm.uid(), "cap", FIFTH));
    Process victim = new ProcessBuilder(command).redirectErrorStream(true).start();
    victim.getOutputStream().write("0\n".getBytes(StandardCharsets.US_ASCII));
    victim.getOutputStream().flush();
    String said = new String(victim.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(victim.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said)
        .contains("DONE Refused[obstacle=CgroupNotWritable")
        .contains("permission denied (the daemon needs the host's cgroup file system writable");
    assertThat(HostCgroup.children(cgroup.directory())).isEmpty();

    run("chmod", "0755", cgroup.directory().toString());
    assertThat(cap(hierarchy, temporary.resolve("state"))).isInstanceOf(CapOutcome.Capped.class);
    undo(hierarchy, temporary.resolve("state"));
  }

  /** What cannot be recorded is not done. */
  @Test
  void aStateDirectoryWithoutRoom() throws Exception {
    run("mount", "-t", "tmpfs", "-o", "size=64k", "none", mounted.toString());
    Files.createDirectory(mounted.resolve("vms"));
    Path filler = mounted.resolve("filler");
    fill(filler);
    CgroupHierarchy hierarchy = cgroup.asHierarchy();
    assertThat(cap(hierarchy, mounted))
        .isInstanceOfSatisfying(
            CapOutcome.Refused.class,
            refused -> {
              assertThat(refused.obstacle()).isEqualTo(Obstacle.RecordNotWritable);
              assertThat(refused.message()).contains("No space left").contains("state directory");
            });
    assertThat(HostCgroup.children(cgroup.directory())).as("the host is as it was").isEmpty();

    Files.delete(filler);
    assertThat(cap(hierarchy, mounted)).isInstanceOf(CapOutcome.Capped.class);
    undo(hierarchy, mounted);
  }

  private static void fill(Path file) throws IOException {
    byte[] page = new byte[4096];
    try (var out = Files.newOutputStream(file)) {
      for (int i = 0; i < 64; i++) {
        out.write(page);
      }
    } catch (IOException e) {
      return; // full
    }
    throw new IllegalStateException("64 KiB hold 256 KiB");
  }
}
