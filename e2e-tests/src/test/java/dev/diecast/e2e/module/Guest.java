package dev.diecast.e2e.module;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.standalone.virt.ExecResult;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** A guest under test, by {@code kernel-modules/tests/host.c}. */
record Guest(ModuleHost host, String name, int cpus) {

  private String pid() {
    return "$(cat " + name + ".pid)";
  }

  void set(String factor) throws IOException, InterruptedException {
    host.shell("./host set " + pid() + " " + factor.replace('/', ' '));
  }

  Map<String, String> state() throws IOException, InterruptedException {
    return host.tool("get " + pid());
  }

  void monitor(String command) throws IOException, InterruptedException {
    host.shell("./host monitor " + name + ".monitor '" + command + "'");
  }

  void kill() throws IOException, InterruptedException {
    host.shell("kill -KILL " + pid() + "; rm " + name + ".pid");
  }

  /**
   * A hard cap of its vCPU threads together, as the daemon writes one on cgroup v2, and the host's
   * first CPU for all of them.
   *
   * @param percent of a CPU, in periods of 20 ms
   */
  void cap(int percent) throws IOException, InterruptedException {
    host.shell(
        """
        p=%1$s; g=/sys/fs/cgroup/capped-%2$s
        mkdir -p $g/vcpus && echo $p > $g/cgroup.procs && echo threaded > $g/vcpus/cgroup.type
        echo +cpu > $g/cgroup.subtree_control
        for t in /proc/$p/task/*; do
          grep -q '^CPU ' $t/comm || continue
          echo ${t##*/} > $g/vcpus/cgroup.threads
          taskset -cp 0 ${t##*/} > /dev/null
        done
        echo "%3$d 20000" > $g/vcpus/cpu.max
        [ $(wc -l < $g/vcpus/cgroup.threads) = %4$d ]
        """
            .formatted(pid(), name, percent * 200, cpus));
  }

  /** Loops per second of its own clock, of one thread. */
  double loopsPerSecond(double guestSeconds) throws IOException, InterruptedException {
    ExecResult result =
        host.attempt("./host ask %s.serial 'l %d'".formatted(name, Math.round(guestSeconds * 1e6)));
    if (result.exitCode() != 0) {
      // Not in the description of an assertion: it would be made, and take its time, in each round.
      throw new AssertionError(result.stderrText() + diagnosis());
    }
    String[] answer = result.stdoutText().strip().split(" ");
    return Double.parseDouble(answer[1]) / Double.parseDouble(answer[2]) * 1e9;
  }

  /**
   * Where it stands, for one that does not answer: its vCPUs, its module's state, its cap, twice.
   */
  private String diagnosis() throws IOException, InterruptedException {
    return host.attempt(
            """
            p=%1$s; g=/sys/fs/cgroup/capped-%2$s/vcpus
            for i in 1 2; do
              ./host get $p
              for t in /proc/$p/task/*; do
                echo "$(cat $t/comm): $(cut -d' ' -f3 $t/stat) $(cat $t/schedstat) $(cat $t/wchan)"; cat $t/stack
              done
              cat $g/cpu.max $g/cpu.stat
              for c in 'info status' 'info registers' 'info lapic' 'info irq'; do ./host monitor %2$s.monitor "$c"; done
              sleep 2
            done 2>&1
            dmesg | tail -5
            """
                .formatted(pid(), name))
        .stdoutText();
  }

  /** What it says of itself: "i", clock source, CPUs, stolen ticks. */
  String[] awaitUp() throws IOException, InterruptedException {
    return host.shell("./host await " + name + ".serial").split(" ");
  }

  /**
   * Guest's seconds per host's, times T, less 1; in millionths.
   *
   * @param factor T
   */
  double rateError(int seconds, double factor) throws IOException, InterruptedException {
    Map<String, String> rate = host.tool("rate " + name + ".serial " + seconds);
    double hostNanos = Double.parseDouble(rate.get("host"));
    // The TSC that the guest read is this host's: no more time in it than passed outside.
    assertThat(hostNanos).isBetween(seconds * 1e9, Double.parseDouble(rate.get("outer")) * 1.0001);
    return (Double.parseDouble(rate.get("guest")) * factor / hostNanos - 1) * 1e6;
  }

  /**
   * By how much each kind of sleep took longer than it should have, as a part of it.
   *
   * @param hostSeconds how long it is to take here
   */
  Map<String, Double> sleepErrors(double hostSeconds, double factor)
      throws IOException, InterruptedException {
    double guestMicros = hostSeconds * 1e6 / factor;
    Map<String, String> took = host.tool("sleep " + name + ".serial " + Math.round(guestMicros));
    Map<String, Double> errors = new TreeMap<>();
    for (String kind : new String[] {"nanosleep", "timerfd", "clock_nanosleep"}) {
      errors.put(kind, Double.parseDouble(took.get(kind)) / (hostSeconds * 1e9) - 1);
    }
    return errors;
  }

  /** As {@code host change} prints it, and the answer's words by name. */
  Map<String, String> change(int rounds, int millis, String factors)
      throws IOException, InterruptedException {
    String text =
        host.shell(
            "./host change %s.serial %s %d %d %s".formatted(name, pid(), rounds, millis, factors));
    Map<String, String> words = ModuleHost.words(text);
    String[] answer = text.lines().findFirst().orElseThrow().split(" ");
    words.put("reads", answer[1]);
    words.put("backwards", answer[2]);
    words.put("worst", answer[3]);
    words.put("leap", answer[4]);
    return words;
  }
}
