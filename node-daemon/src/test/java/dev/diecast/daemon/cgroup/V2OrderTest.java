package dev.diecast.daemon.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.daemon.cgroup.CgroupOperation.CreateCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.MoveThread;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.QemuScanner;
import dev.diecast.daemon.process.VcpuThreads;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The order of operations of cgroup v2, on a tree of plain files. Whether a kernel takes them is
 * not shown here but in the worker VM, where there is a real cgroup v2.
 */
class V2OrderTest {
  private static final String UID = "0b5d7f0e-6f41-4b5c-9d0d-3f1f0d0f7a11";
  @TempDir Path root;
  private Path mount;
  private Path proc;
  private final List<String> steps = new ArrayList<>();
  private CpuCapping capping;
  private RecordStore records;

  @BeforeEach
  void layOut() throws IOException {
    mount = Files.createDirectories(root.resolve("cg"));
    Path pod = Files.createDirectories(mount.resolve("pod"));
    Files.writeString(pod.resolve("cgroup.subtree_control"), "");
    Files.writeString(pod.resolve("cgroup.threads"), "");
    proc = root.resolve("proc");
    for (int tid : List.of(7, 8, 9)) {
      Path thread = Files.createDirectories(proc.resolve("7/task/" + tid));
      Files.writeString(
          thread.resolve("comm"), tid == 7 ? "qemu-kvm\n" : "CPU " + (tid - 8) + "/KVM\n");
      Files.writeString(thread.resolve("schedstat"), "100 5 1\n");
      String stat = tid + " (qemu) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 0 0";
      Files.writeString(thread.resolve("stat"), stat);
      Files.createDirectories(proc.resolve("" + tid));
      Files.writeString(proc.resolve(tid + "/stat"), stat);
    }
    Files.writeString(proc.resolve("7/cmdline"), "/usr/libexec/qemu-kvm\0-uuid\0" + UID + "\0");
    Files.writeString(proc.resolve("7/cgroup"), "0::/pod\n");
    records = RecordStore.open(root.resolve("state"));
    CgroupHierarchy hierarchy = new CgroupHierarchy(Controller.CPU, CgroupVersion.V2, mount, "/");
    capping =
        new CpuCapping(
            hierarchy,
            new ProcFiles(proc),
            new CgroupApplier(hierarchy, new ProcFiles(proc), this::asAKernelWould),
            records);
  }

  /** Makes the files of a new cgroup, and hands on the controller once it is asked for. */
  private void asAKernelWould(CgroupOperation operation) {
    steps.add(operation.toString().replace(mount.toString(), ""));
    try {
      if (operation instanceof CreateCgroup create) {
        Files.writeString(create.directory().resolve("cgroup.type"), "domain\n");
        Files.writeString(create.directory().resolve("cgroup.threads"), "");
        Files.writeString(create.directory().resolve("cpu.max"), "max 100000\n");
      } else if (operation.toString().contains("+cpu")) {
        Files.writeString(mount.resolve("pod/cgroup.subtree_control"), "cpu\n");
      } else if (operation instanceof MoveThread move
          && move.threadsFile().endsWith("pod/cgroup.threads")) {
        // A directory of plain files is no cgroup: it must be emptied to be removed.
        Path child = mount.resolve("pod/diecast-vcpu-" + UID + "-" + (move.tid() - 8));
        for (String file : List.of("cgroup.type", "cgroup.threads", "cpu.max")) {
          Files.delete(child.resolve(file));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void threadedThenControllerThenCapThenThreads() throws IOException {
    CapOutcome outcome =
        capping.cap(
            new VmIdentity(UID, "default", "m-web-0"),
            new CpuCap(5_000, 50_000),
            new QemuScanner(new ProcFiles(proc)).scan().get(UID),
            new VcpuThreads(new ProcFiles(proc), 7));
    assertThat(outcome).isInstanceOf(CapOutcome.Capped.class);
    String first = "/pod/diecast-vcpu-" + UID + "-0";
    String second = "/pod/diecast-vcpu-" + UID + "-1";
    assertThat(steps)
        .containsExactly(
            "CreateCgroup[directory=" + first + "]",
            "WriteCgroupFile[file=" + first + "/cgroup.type, value=threaded]",
            "CreateCgroup[directory=" + second + "]",
            "WriteCgroupFile[file=" + second + "/cgroup.type, value=threaded]",
            "WriteCgroupFile[file=/pod/cgroup.subtree_control, value=+cpu]",
            "WriteCgroupFile[file=" + first + "/cpu.max, value=5000 50000]",
            "WriteCgroupFile[file=" + second + "/cpu.max, value=5000 50000]",
            "MoveThread[tid=8, threadsFile=" + first + "/cgroup.threads]",
            "MoveThread[tid=9, threadsFile=" + second + "/cgroup.threads]");
    assertThat(records.find(UID).orElseThrow().cgroups())
        .hasSize(2)
        .allMatch(VmRecord.OwnedCgroup::handsOnCpu);

    steps.clear();
    VmRecord record = records.find(UID).orElseThrow();
    capping.undo(record);
    assertThat(steps)
        .containsExactly(
            "MoveThread[tid=8, threadsFile=/pod/cgroup.threads]",
            "RemoveCgroup[directory=" + first + "]",
            "MoveThread[tid=9, threadsFile=/pod/cgroup.threads]",
            "RemoveCgroup[directory=" + second + "]",
            "WriteCgroupFile[file=/pod/cgroup.subtree_control, value=-cpu]");
    assertThat(records.all()).isEmpty();
  }
}
