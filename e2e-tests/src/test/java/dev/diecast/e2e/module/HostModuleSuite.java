package dev.diecast.e2e.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.e2e.worker.SharedWorkerVm;
import dev.diecast.standalone.worker.WorkerVm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the module promises, of stock guests. {@code -Ddiecast.module.full} does it at the length of
 * its acceptance: clocks for 60 s, 50 rounds of changes, 60 s of garbage, 20 times unloaded.
 */
@ExtendWith(SharedWorkerVm.class)
class HostModuleSuite {
  private static final boolean FULL = Boolean.getBoolean("diecast.module.full");
  private static final double RATE_PPM = 200;
  private static final double SLEEP_ERROR = 0.01;

  private static final double DRIVER_DIFFERENCE = 0.02;

  /** An order above what an emulated CPU takes: only what is wrong altogether exceeds it. */
  private static final double HOOK_NANOS = 20_000;

  private static ModuleHost host;

  @BeforeAll
  static void prepare(WorkerVm vm) throws Exception {
    host = ModuleHost.prepare(vm);
  }

  @BeforeEach
  void load() throws Exception {
    host.load();
  }

  /** Whatever a test did: nothing is left that holds the module, and the kernel is well. */
  @AfterEach
  void unload() throws Exception {
    if (host != null) {
      host.endGuests();
      host.unload();
      host.assertHealthy();
    }
  }

  @Test
  void saysWhatItIsAndRefusesTheRest() throws Exception {
    assertThat(host.tool("info"))
        .containsEntry("abi", "1")
        .containsEntry("features", "0x1f")
        .containsEntry("dilated", "0")
        .containsEntry("missed", "0");
    Map<String, String> refused = new HashMap<>();
    List.of("unknown", "size").forEach(what -> refused.put(what, "ENOTTY"));
    List.of("null", "null_get", "null_info").forEach(what -> refused.put(what, "EFAULT"));
    List.of("reserved", "flags", "zero", "by_zero", "below_one", "large_term", "large_factor")
        .forEach(what -> refused.put(what, "EINVAL"));
    List.of("half_a_wall", "no_process").forEach(what -> refused.put(what, "EINVAL"));
    List.of("closed", "negative").forEach(what -> refused.put(what, "EBADF"));
    refused.put("wall", "EOPNOTSUPP");
    refused.put("dead", "ESRCH");
    refused.put("undilated", "0");
    // Mode 0600 comes before CAP_SYS_ADMIN.
    refused.put("nobody", "EACCES");
    assertThat(host.tool("refusals $$")).containsExactlyInAnyOrderEntriesOf(refused);
  }

  /** Several at once, each by its own factor, and one that the module knows nothing of. */
  @Test
  void clocksAndTimersRunByEachGuestsFactor() throws Exception {
    Map<String, Guest> guests = new HashMap<>();
    guests.put("1/1", host.boot("plain", 2, "1/1"));
    guests.put("2/1", host.boot("two", 1, "2/1"));
    guests.put("5/2", host.boot("fraction", 2, "5/2"));
    guests.put("10/1", host.boot("ten", 2, "10/1"));
    List<Future<Void>> measured = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      guests.forEach((factor, guest) -> measured.add(threads.submit(() -> measure(guest, factor))));
    }
    for (Future<Void> each : measured) {
      each.get();
    }
    assertThat(host.tool("info")).containsEntry("dilated", "3").containsEntry("missed", "0");
  }

  private static Void measure(Guest guest, String factor) throws Exception {
    String[] identity = guest.awaitUp();
    assertThat(identity[1]).isEqualTo("kvm-clock");
    assertThat(identity[2]).isEqualTo(Integer.toString(guest.cpus()));
    double t = value(factor);
    double ppm = guest.rateError(FULL ? 60 : 15, t);
    System.out.printf("T = %s, %d vCPUs: rate %+.1f ppm%n", factor, guest.cpus(), ppm);
    assertThat(Math.abs(ppm)).as("rate's error in ppm at T = " + factor).isLessThan(RATE_PPM);
    assertSleeps(guest, t);
    Map<String, String> state = guest.state();
    assertThat(state).containsEntry("factor", factor).containsEntry("effective", factor);
    if (t > 1) {
      assertThat(state).containsEntry("boot", factor);
      assertThat(state).containsEntry("vcpus", Integer.toString(guest.cpus()));
      assertThat(identity[3]).as("stolen ticks, however busy the host is").isEqualTo("0");
    }
    return null;
  }

  /**
   * None may end early. Where something else keeps this host's CPUs busy one may end late, which is
   * no fault of the timer's: it is late by the least of three tries.
   */
  private static void assertSleeps(Guest guest, double t) throws Exception {
    Map<String, Double> least = new HashMap<>();
    for (int attempt = 0; attempt < 3; attempt++) {
      guest.sleepErrors(FULL ? 20 : 8, t).forEach((kind, e) -> least.merge(kind, e, Math::min));
      if (least.values().stream().allMatch(e -> e < SLEEP_ERROR)) {
        break;
      }
    }
    System.out.printf("T = %s: sleeps longer by %s%n", t, least);
    assertThat(least.values()).allSatisfy(e -> assertThat(e).isBetween(-0.0005, SLEEP_ERROR));
  }

  @Test
  void aChangeWhileAllCpusReadTheClockNeverSetsItBack() throws Exception {
    Guest guest = host.boot("changing", 2, "1/1");
    guest.awaitUp();
    Map<String, String> seen = guest.change(FULL ? 50 : 4, 1000, "5/1 2/1 1/1");
    System.out.println("changes of T: " + seen);
    assertThat(Long.parseLong(seen.get("reads"))).isGreaterThan(100_000);
    assertThat(seen).containsEntry("backwards", "0");
    // Nor ahead: undilated time is the most that can pass. A reading itself takes up to that.
    assertThat(Long.parseLong(seen.get("leap"))).as("ns").isLessThan(20_000);
    assertThat(Double.parseDouble(seen.get("worst_rate_ppm"))).isLessThan(1000);
  }

  /**
   * Given back, the module forgets a guest; the next factor finds it anew, while its vCPUs set
   * their timers. One that was met by a timer first was once taken to have just begun, and went
   * back by most of its life.
   */
  @Test
  void aGuestThatWasGivenBackIsTakenFromWhereItIs() throws Exception {
    Guest guest = host.boot("taken", 2, "1/1");
    guest.awaitUp();
    Map<String, String> seen = guest.change(FULL ? 500 : 60, 30, "5/1 1/1");
    System.out.println("given back and taken again: " + seen);
    assertThat(Long.parseLong(seen.get("reads"))).isGreaterThan(100_000);
    assertThat(seen).containsEntry("backwards", "0");
    assertThat(Long.parseLong(seen.get("leap"))).as("ns").isLessThan(20_000);
    // A guest whose clock went back stands still until it has caught up: its kernel sees to that.
    assertThat(Double.parseDouble(seen.get("worst_rate_ppm"))).isLessThan(1000);
    assertThat(host.tool("info")).containsEntry("missed", "0");
  }

  @Test
  void aGuestThatBootedDilatedFollowsChangesAndItsTimersToo() throws Exception {
    Guest guest = host.boot("faster", 2, "10/1");
    guest.awaitUp();
    for (String factor : List.of("2/1", "1/1", "10/1", "5/2")) {
      guest.set(factor);
      assertThat(Math.abs(guest.rateError(3, value(factor)))).isLessThan(RATE_PPM);
      assertSleeps(guest, value(factor));
    }
    assertThat(guest.state())
        .containsEntry("boot", "10/1")
        .containsEntry("effective", "5/2")
        .hasEntrySatisfying("deadlines", n -> assertThat(Long.parseLong(n)).isPositive());
  }

  /** As the daemon does it; the time that it was paused is none of the guest's, as without us. */
  @Test
  void aChangeWhileTheGuestIsPausedHoldsWhenItResumes() throws Exception {
    Guest guest = host.boot("paused", 2, "4/1");
    guest.awaitUp();
    long before = clock(guest);
    guest.monitor("stop");
    guest.set("2/1");
    assertThat(guest.state()).containsEntry("factor", "2/1").containsEntry("effective", "4/1");
    Thread.sleep(4000);
    guest.monitor("cont");
    long after = clock(guest);
    // Four seconds at least passed here, of which the guest was to see but what the talk took.
    System.out.printf("across a pause of 4 s: %.3f s%n", (after - before) / 1e9);
    assertThat(after).isGreaterThan(before);
    assertThat(Math.abs(guest.rateError(3, 2))).isLessThan(RATE_PPM);
    assertThat(guest.state()).containsEntry("effective", "2/1");
  }

  @Test
  void itStaysWhileAGuestIsDilatedAndGoesWhenAllAreGivenBack() throws Exception {
    Guest guest = host.boot("returned", 2, "1/1");
    guest.awaitUp();
    guest.set("3/1");
    assertThat(host.attempt("rmmod diecast_kvm").exitCode()).isNotZero();
    long before = clock(guest);
    guest.set("1/1");
    host.unload();
    long after = clock(guest);
    assertThat(after - before).isBetween(0L, 60_000_000_000L);
    assertThat(Math.abs(guest.rateError(5, 1))).isLessThan(RATE_PPM);
    host.load();
  }

  /** No work that a guest does in a second of its own tells the two drivers apart. */
  @Test
  void aCpuIsWorthToAGuestWhatItIsUnderTheOtherDriver() throws Exception {
    DriverComparison drivers = DriverComparison.measure(host, FULL ? 60 : 30, DRIVER_DIFFERENCE);
    System.out.println(drivers.describe());
    assumeTrue(
        drivers.tells(DRIVER_DIFFERENCE),
        "SKIPPED: this machine is too busy to tell: " + drivers.describe());
    assertThat(drivers.ratio().value()).isBetween(1 - DRIVER_DIFFERENCE, 1 + DRIVER_DIFFERENCE);
  }

  /** Of a host's VMs most are no business of the module's: they pay for the way to it alone. */
  @Test
  void aHookCostsLittle() throws Exception {
    HookCost cost = HookCost.measure(host, FULL ? 15 : 5);
    System.out.println(cost.describe());
    assertThat(cost.hookNanos().values())
        .allSatisfy(nanos -> assertThat(nanos).isLessThan(HOOK_NANOS));
  }

  @Test
  void killedGuestsGarbageAndUnloadingLeaveNothing() throws Exception {
    int mms = slab("mm_struct");
    for (int round = 0; round < (FULL ? 20 : 3); round++) {
      host.load();
      Guest first = host.boot("first", 1, "10/1");
      Guest second = host.boot("second", 2, "1/1");
      second.set("3/2");
      if (round == 0) {
        first.awaitUp();
        host.shell("./host hammer %d $(cat first.pid)".formatted(FULL ? 60 : 6));
        assertThat(host.tool("info")).containsEntry("missed", "0");
        second.awaitUp();
      }
      first.kill();
      second.set("7/1");
      second.kill();
      host.unload();
    }
    host.load();
    assertThat(host.tool("info")).containsEntry("dilated", "0");
    // Twenty rounds of two VMs each would show; a few processes come and go in any VM.
    assertThat(slab("mm_struct")).isLessThan(mms + 30);
  }

  /** Objects in use. */
  private static int slab(String name) throws Exception {
    host.shell("echo 3 > /proc/sys/vm/drop_caches; sleep 1");
    return Integer.parseInt(
        host.shell("awk '$1 == \"%s\" { print $2 }' /proc/slabinfo".formatted(name)));
  }

  private static long clock(Guest guest) throws Exception {
    return Long.parseLong(
        host.shell("./host ask %s.serial c".formatted(guest.name())).split(" ")[1]);
  }

  private static double value(String factor) {
    String[] terms = factor.split("/");
    return Double.parseDouble(terms[0]) / Double.parseDouble(terms[1]);
  }
}
