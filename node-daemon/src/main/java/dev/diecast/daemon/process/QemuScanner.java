package dev.diecast.daemon.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Finds the QEMU processes of the host by their {@code -uuid}.
 *
 * <p>A command line is read when a pid is new, a few scans more (a process that is about to exec
 * still shows its parent's arguments) and seldom after that.
 */
public final class QemuScanner {
  private static final int YOUNG_SCANS = 10;
  private static final int REREAD_SCANS = 30;

  private final ProcFiles proc;
  private final Map<Integer, Seen> seen = new HashMap<>();

  /** What a command line made of a process. */
  private record Seen(
      long startTicks,
      int scans,
      Optional<QemuCommandLine> qemu,
      Optional<Function<ProcessKey, DiskServer>> diskServer) {
    Seen again() {
      return new Seen(startTicks, scans + 1, qemu, diskServer);
    }

    boolean isStranger() {
      return qemu.isEmpty() && diskServer.isEmpty();
    }
  }

  public QemuScanner(ProcFiles proc) {
    this.proc = proc;
  }

  /** By uuid; of several processes with one uuid the oldest, which no imitator can be. */
  public Map<String, QemuProcess> scan() throws IOException {
    Map<Integer, Seen> now = new HashMap<>();
    Map<String, QemuProcess> found = new HashMap<>();
    List<DiskServer> servers = new ArrayList<>();
    for (int pid : proc.pids()) {
      Optional<Seen> process = look(pid);
      process.ifPresent(p -> now.put(pid, p));
      process
          .flatMap(p -> p.diskServer.map(s -> s.apply(new ProcessKey(pid, p.startTicks))))
          .ifPresent(servers::add);
      process
          .flatMap(p -> p.qemu.map(q -> qemu(pid, p, q)))
          .ifPresent(q -> found.merge(q.uuid(), q, QemuScanner::older));
    }
    seen.clear();
    seen.putAll(now);
    found.replaceAll((_, qemu) -> withServers(qemu, servers));
    return found;
  }

  private Optional<Seen> look(int pid) {
    OptionalLong start = OptionalLong.empty();
    Seen before = seen.get(pid);
    try {
      // A stranger's pid may be given anew, but then its arguments are read anew before it can
      // matter: only what is QEMU is pinned by its start time at each scan.
      if (before != null && before.isStranger() && !isDue(before)) {
        return Optional.of(before.again());
      }
      start = proc.startTicks(pid);
      if (start.isEmpty()) {
        return Optional.empty();
      }
      boolean same = before != null && before.startTicks == start.getAsLong();
      if (same && !isDue(before)) {
        return Optional.of(before.again());
      }
      List<String> arguments = proc.arguments(pid);
      return Optional.of(
          new Seen(
              start.getAsLong(),
              same ? before.scans + 1 : 0,
              QemuCommandLine.parse(arguments),
              DiskServer.parse(arguments)));
    } catch (IOException e) {
      return Optional.empty(); // it has just gone
    }
  }

  private static QemuProcess withServers(QemuProcess qemu, List<DiskServer> servers) {
    return new QemuProcess(
        qemu.key(),
        qemu.uuid(),
        qemu.agent(),
        servers.stream().filter(server -> server.uuid().equals(qemu.uuid())).toList(),
        qemu.networks());
  }

  private static boolean isDue(Seen process) {
    return process.scans < YOUNG_SCANS || process.scans % REREAD_SCANS == 0;
  }

  private static QemuProcess qemu(int pid, Seen process, QemuCommandLine line) {
    return new QemuProcess(
        new ProcessKey(pid, process.startTicks),
        line.uuid(),
        line.agent(),
        List.of(),
        line.networks());
  }

  private static QemuProcess older(QemuProcess a, QemuProcess b) {
    return Comparator.<QemuProcess>comparingLong(q -> q.key().startTicks())
                .thenComparingInt(QemuProcess::pid)
                .compare(a, b)
            <= 0
        ? a
        : b;
  }
}
