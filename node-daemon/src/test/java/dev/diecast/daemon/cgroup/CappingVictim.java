package dev.diecast.daemon.cgroup;

import dev.diecast.core.cpu.CpuCap;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.QemuProcess;
import dev.diecast.daemon.process.QemuScanner;
import dev.diecast.daemon.process.VcpuThreads;
import dev.diecast.daemon.record.RecordStore;
import dev.diecast.daemon.record.VmIdentity;
import dev.diecast.daemon.record.VmRecord;
import dev.diecast.daemon.support.VcpuProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The capping part of a daemon as a process of its own, which starts as a daemon does, does one
 * thing, and stands still after its n-th step to be killed there. Says {@code R} when it is ready,
 * and waits for a line on standard input before it begins. Says {@code STEP n what} when it stands
 * still, or how it ended.
 */
final class CappingVictim {
  private static int steps;

  private CappingVictim() {}

  /**
   * @param arguments cgroup version, mount point, mount root, state directory, uid, {@code cap} or
   *     {@code undo}, quota, period
   */
  public static void main(String[] arguments) throws IOException {
    CgroupHierarchy hierarchy =
        new CgroupHierarchy(
            Controller.CPU,
            CgroupVersion.valueOf(arguments[0]),
            Path.of(arguments[1]),
            arguments[2]);
    System.out.println("R"); // ready
    String line = new BufferedReader(new InputStreamReader(System.in)).readLine();
    if (line == null) {
      return; // nobody needs us
    }
    int last = Integer.parseInt(line);
    ProcFiles proc = new ProcFiles(VcpuProcess.PROC);
    RecordStore records =
        RecordStore.open(Path.of(arguments[3]), step -> step(last, step.toString()));
    CpuCapping capping =
        new CpuCapping(
            hierarchy,
            proc,
            new CgroupApplier(hierarchy, proc, op -> step(last, op.toString())),
            records);
    var processes = new QemuScanner(proc).scan();
    capping.cleanDead(processes.keySet());
    String uid = arguments[4];
    if (arguments[5].equals("undo")) {
      Optional<VmRecord> record = records.find(uid);
      if (record.isPresent()) {
        capping.undo(record.get());
      }
      System.out.println("DONE undone");
    } else {
      QemuProcess qemu = processes.get(uid);
      CpuCap due = new CpuCap(Long.parseLong(arguments[6]), Long.parseLong(arguments[7]));
      CapOutcome outcome = capping.cap(identity(uid), due, qemu, new VcpuThreads(proc, qemu.pid()));
      System.out.println("DONE " + outcome);
    }
  }

  /**
   * How it is started. Interpreted, as it ends before it would be fast: and an emulated processor
   * has been seen to run code that another one was still writing (SIGILL in a method just
   * compiled).
   */
  static List<String> command(
      CgroupHierarchy hierarchy, Path state, String uid, String action, CpuCap due) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx64m",
        "-Xint",
        "-XX:+UseSerialGC",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        CappingVictim.class.getName(),
        hierarchy.version().name(),
        hierarchy.mountPoint().toString(),
        hierarchy.mountRoot(),
        state.toString(),
        uid,
        action,
        Long.toString(due.quotaMicros()),
        Long.toString(due.periodMicros()));
  }

  static VmIdentity identity(String uid) {
    return new VmIdentity(uid, "default", "m-web-0");
  }

  private static void step(int last, String what) {
    if (++steps == last) {
      System.out.println("STEP " + steps + " " + what);
      System.out.flush();
      while (true) {
        java.util.concurrent.locks.LockSupport.park(); // until SIGKILL
      }
    }
  }
}
