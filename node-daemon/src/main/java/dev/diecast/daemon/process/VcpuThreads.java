package dev.diecast.daemon.process;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which threads of one QEMU are vCPUs: QEMU names them {@code CPU <n>/KVM} or {@code CPU <n>/TCG}
 * when started with {@code -name ...,debug-threads=on}, as libvirt always does. The one thread of
 * {@code -accel tcg,thread=single} ({@code ALL CPUs/TCG}) is none: vCPUs that take turns on it
 * cannot be held to their speed one by one.
 */
public final class VcpuThreads {
  private static final Pattern VCPU = Pattern.compile("CPU (\\d{1,9})/(KVM|TCG)");

  /** A thread is named by its creator a little after it starts; then the name stays. */
  private static final int SETTLED_READS = 10;

  private final ProcFiles proc;
  private final int pid;
  private Map<Integer, Named> known = new HashMap<>();

  private record Named(OptionalInt vcpu, boolean emulated, int reads) {}

  public VcpuThreads(ProcFiles proc, int pid) {
    this.proc = proc;
    this.pid = pid;
  }

  /**
   * Threads of the process.
   *
   * @param vcpus by the vCPU's number
   * @param others all that are no vCPUs
   */
  public record Threads(SortedMap<Integer, Set<Integer>> vcpus, Set<Integer> others) {}

  /** Whether QEMU emulates these vCPUs (TCG). */
  public boolean areEmulated() throws IOException {
    if (known.isEmpty()) {
      read();
    }
    return known.values().stream().anyMatch(Named::emulated);
  }

  public Threads read() throws IOException {
    Map<Integer, Named> now = new HashMap<>();
    SortedMap<Integer, Set<Integer>> vcpus = new TreeMap<>();
    Set<Integer> others = new TreeSet<>();
    for (int tid : proc.threads(pid)) {
      Named named = name(tid);
      now.put(tid, named);
      if (named.vcpu.isPresent()) {
        vcpus.computeIfAbsent(named.vcpu.getAsInt(), _ -> new TreeSet<>()).add(tid);
      } else {
        others.add(tid);
      }
    }
    known = now;
    return new Threads(vcpus, others);
  }

  private Named name(int tid) {
    Named before = known.get(tid);
    if (before != null && before.reads >= SETTLED_READS) {
      return before;
    }
    try {
      String name = proc.threadName(pid, tid);
      OptionalInt vcpu = number(name);
      int reads = before == null || !before.vcpu.equals(vcpu) ? 1 : before.reads + 1;
      return new Named(vcpu, vcpu.isPresent() && name.endsWith("/TCG"), reads);
    } catch (IOException e) {
      return new Named(OptionalInt.empty(), false, 0); // it has just ended
    }
  }

  private static OptionalInt number(String name) {
    Matcher vcpu = VCPU.matcher(name);
    return vcpu.matches() ? OptionalInt.of(Integer.parseInt(vcpu.group(1))) : OptionalInt.empty();
  }
}
