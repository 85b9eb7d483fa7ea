package dev.diecast.daemon.network.kernel;

import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.pipe.HostPipe;
import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.network.NetworkNamespace;
import dev.diecast.daemon.network.conformance.EngineUnderTest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * The kernel's pipes: each on a veth of its own, {@code in<i>} to {@code out<i>}; where a flow goes
 * on, the frame is redirected from the end of one to the beginning of the next, by its sender's
 * address.
 */
final class KernelRuntime implements EngineUnderTest {
  private static final String NAME = "diecast-it-kernel";
  private static final Path NAMESPACE = Path.of("/run/netns", NAME);
  private static final long QUIET_NANOS = 1_000_000_000;

  /** Of queues that a burst must overflow a frame is on the wire for 12 ms. */
  private static final long MOST_HELD_UP_NANOS = 15_000_000;

  private static final int MOST_RUNS = 4;
  private static final long MOST_AWAY_NANOS = 10_000_000;

  private final Tc tc = new Tc(Optional.of(NAMESPACE));

  /** The longest that frames of one instant took to send. */
  private long heldUpNanos;

  /** Half of the time the receiver's processor was away for so long or longer. */
  private long awayNanos;

  /** Of the longest way in the last run. */
  private int hops;

  /** A run whose burst took too long to overflow a queue has shown nothing, and is made again. */
  @Override
  public List<Arrival> run(List<HostPipe> pipes, List<int[]> flows, List<Event> script)
      throws Exception {
    hops = flows.stream().mapToInt(route -> route.length).max().orElseThrow();
    List<Arrival> arrivals = runOnce(pipes, flows, script);
    boolean overflows = pipes.stream().anyMatch(KernelRuntime::isShort);
    for (int i = 1; overflows && i < MOST_RUNS && heldUpNanos > MOST_HELD_UP_NANOS; i++) {
      System.out.printf("KernelRuntime: a burst took %d ms to send%n", heldUpNanos / 1_000_000);
      arrivals = runOnce(pipes, flows, script);
    }
    assumeFalse(
        overflows && heldUpNanos > MOST_HELD_UP_NANOS,
        "SKIPPED: this machine is too busy to fill a queue faster than it empties, in four tries");
    if (timesAChange(pipes, script)) {
      assumeThere();
    }
    return arrivals;
  }

  private static boolean isShort(HostPipe pipe) {
    return switch (pipe.queue()) {
      case QueueLimit.Packets packets -> packets.packets() < 100;
      case QueueLimit.Bytes bytes -> bytes.bytes() < 100 * 1514;
    };
  }

  private List<Arrival> runOnce(List<HostPipe> pipes, List<int[]> flows, List<Event> script)
      throws Exception {
    try (NetworkNamespace namespace = new NetworkNamespace(NAME);
        KernelPipes engine = KernelPipes.in(NAMESPACE);
        Arena arena = Arena.ofShared()) {
      List<String> links = new ArrayList<>();
      for (int pipe = 0; pipe < pipes.size(); pipe++) {
        link(links, "in" + pipe, "out" + pipe);
      }
      link(links, "warm", "cold");
      namespace.batch(links);
      keepOrderBehindPipes();
      for (int pipe = 0; pipe < pipes.size(); pipe++) {
        engine.apply("in" + pipe, DeviceTree.of(pipes.get(pipe)));
      }
      join(flows);
      return play(namespace, engine, flows, script, arena);
    }
  }

  /**
   * What two processors send into a veth comes out of it in any order, as one queue for each
   * processor waits there; so all that come out wait in one. A tap has one queue by itself.
   */
  private static void keepOrderBehindPipes() throws Exception {
    NetworkNamespace.ip(
        "netns",
        "exec",
        NAME,
        "sh",
        "-c",
        "for f in /sys/class/net/out*/queues/rx-0/rps_cpus; do echo 1 >$f || exit 1; done");
  }

  private static void link(List<String> commands, String from, String to) {
    commands.add("link add name %s type veth peer name %s".formatted(from, to));
    for (String end : List.of(from, to)) {
      commands.add("link set %s addrgenmode none".formatted(end));
      commands.add("link set %s up promisc on".formatted(end));
    }
  }

  private void join(List<int[]> flows) throws IOException {
    Set<List<String>> ingresses = new LinkedHashSet<>();
    List<List<String>> filters = new ArrayList<>();
    for (int flow = 0; flow < flows.size(); flow++) {
      int[] route = flows.get(flow);
      for (int hop = 0; hop + 1 < route.length; hop++) {
        String from = "out" + route[hop];
        ingresses.add(List.of("qdisc", "add", "dev", from, "clsact"));
        filters.add(
            List.of(
                ("filter add dev %s ingress protocol all pref 1 flower src_mac %s action mirred"
                        + " egress redirect dev in%d")
                    .formatted(from, RawFrames.mac(flow), route[hop + 1])
                    .split(" ")));
      }
    }
    List<List<String>> commands = new ArrayList<>(ingresses);
    commands.addAll(filters);
    tc.batch(commands);
  }

  private List<Arrival> play(
      NetworkNamespace namespace,
      KernelPipes engine,
      List<int[]> flows,
      List<Event> script,
      Arena arena)
      throws Exception {
    int last = flows.getFirst()[flows.getFirst().length - 1];
    List<Descriptor> doors = new ArrayList<>();
    try (Descriptor sink = RawFrames.open(namespace, "out" + last);
        Descriptor warm = RawFrames.open(namespace, "warm")) {
      for (int[] route : flows) {
        doors.add(RawFrames.open(namespace, "in" + route[0]));
      }
      RawFrames.Receiver receiver = new RawFrames.Receiver(sink, arena);
      RawFrames.Sender sender = new RawFrames.Sender(arena);
      receiver.start();
      try {
        // The first hundreds of a JVM's calls take longer than the frames of a burst may.
        sender.warmUp(warm);
        play(engine, sender, doors, script);
        awaitEmpty(receiver);
      } finally {
        receiver.end();
      }
      awayNanos = receiver.typicallyAwayNanos();
      return receiver.arrivals();
    } finally {
      for (Descriptor door : doors) {
        door.close();
      }
    }
  }

  private void play(
      KernelPipes engine, RawFrames.Sender sender, List<Descriptor> doors, List<Event> script)
      throws IOException {
    long begin = System.nanoTime();
    long instant = -1;
    heldUpNanos = 0;
    long now = begin;
    for (Event event : script) {
      sleepUntil(begin + event.atNanos());
      switch (event) {
        case Event.Change change ->
            engine.apply("in" + change.pipe(), DeviceTree.of(change.wanted()));
        case Event.Send send -> {
          // A burst has one time of sending, however long it takes to send it.
          if (send.atNanos() != instant) {
            instant = send.atNanos();
            now = System.nanoTime();
          }
          sender.send(doors.get(send.flow()), send, now);
          heldUpNanos = Math.max(heldUpNanos, System.nanoTime() - now);
        }
      }
    }
  }

  private static void sleepUntil(long nanos) {
    long left = nanos - System.nanoTime();
    while (left > 0) {
      LockSupport.parkNanos(left);
      left = nanos - System.nanoTime();
    }
  }

  /** Nothing is in any queue, and nothing has come for a while. */
  private void awaitEmpty(RawFrames.Receiver receiver) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + 120_000_000_000L;
    while (System.nanoTime() < deadline) {
      if (System.nanoTime() - receiver.lastNanos() > QUIET_NANOS && queued() == 0) {
        return;
      }
      Thread.sleep(50);
    }
    throw new IllegalStateException("the queues do not become empty");
  }

  private long queued() throws IOException {
    long queued = 0;
    for (var qdisc : tc.ask("-s", "qdisc", "show")) {
      queued += qdisc.path("qlen").asLong();
    }
    return queued;
  }

  /** netem and HTB count in nanoseconds; the sender's time is taken before it sends. */
  @Override
  public long earlyNanos() {
    return 200_000;
  }

  /**
   * As for the core that runs, 40 ms, but for each hop: every pipe of a chain has a timer of its
   * own, and what one is late by the next does not make good.
   */
  @Override
  public long typicallyLateNanos() {
    assumeThere();
    return hops * 40_000_000L;
  }

  /** Where processors are taken away for longer, no timer can be on time. */
  private void assumeThere() {
    assumeTrue(
        awayNanos <= MOST_AWAY_NANOS,
        () ->
            "SKIPPED: this machine is too busy to be on time: processors are away for %d ms"
                .formatted(awayNanos / 1_000_000));
  }

  /** Whether it counts how soon a change is in force. */
  private static boolean timesAChange(List<HostPipe> pipes, List<Event> script) {
    List<Event.Change> changes =
        script.stream()
            .filter(event -> event instanceof Event.Change)
            .map(event -> (Event.Change) event)
            .toList();
    return changes.size() == 1
        && !changes
            .getFirst()
            .wanted()
            .bitsPerSecond()
            .equals(pipes.get(changes.getFirst().pipe()).bitsPerSecond());
  }

  /**
   * Two as for the core that runs, and one more: the class above the queue lets two full frames
   * wait for no wire of its own.
   */
  @Override
  public int queueSlackFrames() {
    return 3;
  }

  /**
   * The core loses by a seed, always the same frames; netem draws anew in each run (its seed can be
   * set from Linux 6.7 on), so that one in ten runs would be outside the 95 % interval of one of
   * the two shares. Of four deviations one in 8,000 is.
   */
  @Override
  public double lossDeviations() {
    return 4;
  }

  @Override
  public void close() {}
}
