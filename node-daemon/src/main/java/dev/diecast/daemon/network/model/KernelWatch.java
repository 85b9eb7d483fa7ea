package dev.diecast.daemon.network.model;

import dev.diecast.core.ethernet.MacAddress;
import dev.diecast.core.ethernet.Station;
import dev.diecast.core.pipe.DurationHistogram;
import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.core.pipe.PipeCounters;
import dev.diecast.core.pipe.SchedulerCounters;
import dev.diecast.daemon.linux.FrameWatch;
import dev.diecast.daemon.linux.NetworkNamespaces;
import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.network.DoorCounters;
import dev.diecast.daemon.network.EngineTotals;
import dev.diecast.daemon.network.Lateness;
import dev.diecast.daemon.network.LinkCounters;
import dev.diecast.daemon.network.PipeTraffic;
import dev.diecast.daemon.network.PortCounters;
import dev.diecast.daemon.network.kernel.FrameContent;
import dev.diecast.daemon.network.kernel.PipeAudit;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * Looks on at the kernel's pipes of one model: every frame as it comes to its pipe and as it comes
 * out, by the kernel's clock. The pipes do not wait for it: it reads now and then what was seen.
 */
final class KernelWatch implements PipeTraffic.Source, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(KernelWatch.class);
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final long BILLION = 1_000_000_000L;

  private final FrameWatch frames;
  private final Thread thread;
  private volatile Optional<Throwable> failure = Optional.empty();

  // All below is of whoever holds this object's lock.
  private final PipeAudit audit = new PipeAudit();
  private final Map<Integer, Integer> stationOfDevice = new HashMap<>();
  private final Map<Long, Integer> stationOfMac = new HashMap<>();
  private EmulatedNetwork network;
  private long seenIn;
  private long seenOut;

  private KernelWatch(FrameWatch frames, EmulatedNetwork network) {
    this.frames = frames;
    this.network = network;
    this.thread =
        Thread.ofPlatform().daemon().name("watch of the kernel's pipes").unstarted(this::run);
    for (Station station : network.stations()) {
      stationOfMac.put(number(station.mac()), station.number());
    }
  }

  /**
   * @param hub the namespace in which the pipes are
   */
  static KernelWatch start(Path hub, EmulatedNetwork network) throws IOException {
    KernelWatch watch =
        new KernelWatch(NetworkNamespaces.inside(hub.toString(), FrameWatch::new), network);
    watch.thread.start();
    return watch;
  }

  private static long number(MacAddress mac) {
    long number = 0;
    for (byte part : mac.bytes()) {
      number = number << Byte.SIZE | part & 0xff;
    }
    return number;
  }

  /**
   * The pipes towards a node are these now.
   *
   * @param device number of the node's port
   */
  synchronized void plugged(int station, int device, EmulatedNetwork now) {
    stationOfDevice.values().remove(station);
    stationOfDevice.put(device, station);
    changed(station, now);
  }

  synchronized void changed(int station, EmulatedNetwork now) {
    network = now;
    long nanos = nanosNow();
    EndToEndPipes.forEachTowards(now, station, (pipe, number) -> audit.set(number, pipe, nanos));
  }

  synchronized void unplugged(int station) {
    stationOfDevice.values().remove(station);
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(PAUSE);
        synchronized (this) {
          frames.drain(this::seen);
          long missed = frames.missed();
          if (missed > 0) {
            LOG.warnf("%d frames found no room: pipes were not watched for a while", missed);
            audit.missed(missed, nanosNow());
          }
          audit.expire(nanosNow());
        }
      }
    } catch (InterruptedException e) {
      // The watch is over.
    } catch (SystemCallException | RuntimeException e) {
      LOG.errorf(e, "the kernel's pipes are no longer watched");
      failure = Optional.of(e);
    }
  }

  /** Why nothing is seen any more. */
  Optional<Throwable> failure() {
    return failure;
  }

  private void seen(int device, boolean goesOut, MemorySegment head, int bytes, long nanos) {
    Integer station = stationOfDevice.get(device);
    if (station == null || head.byteSize() < FrameContent.LEAST_BYTES) {
      return; // the bridge itself
    }
    long content = FrameContent.of(head, bytes);
    if (goesOut) {
      seenOut++;
      audit.left(content, nanos);
      return;
    }
    seenIn++;
    // Multicast ends at the sender's door.
    Integer destination = stationOfMac.get(FrameContent.destination(head));
    if (destination != null && stationOfDevice.containsValue(destination)) {
      network
          .routing()
          .route(station, destination)
          .ifPresent(route -> audit.entered(route[0], content, bytes, nanos));
    }
  }

  private static long nanosNow() {
    Instant now = Instant.now();
    return now.getEpochSecond() * BILLION + now.getNano();
  }

  /** As an engine of our own would say it. */
  synchronized EngineTotals totals() {
    long entered = 0;
    long left = 0;
    long loss = 0;
    long queue = 0;
    long down = 0;
    for (int pipe = 0; pipe < network.pipes().size(); pipe++) {
      PipeCounters counters = audit.counters(pipe);
      entered += counters.enteredPackets();
      left += counters.leftPackets();
      loss += counters.lossDrops();
      queue += counters.queueDrops();
      down += counters.downDrops();
    }
    return new EngineTotals(
        new SchedulerCounters(
            entered, left, 0, audit.unexplained(), 0, audit.late(), audit.overdue(), left),
        new DoorCounters(0, 0, 0, 0, 0),
        network.pipes().size(),
        loss,
        queue,
        down,
        0,
        new PortCounters(seenIn, seenOut, 0, 0, 1, 0),
        new LinkCounters(Map.of(), 0, 0, 0),
        Lateness.of(audit.lateness()));
  }

  synchronized List<NamedPipe> busiest(int most, IntFunction<String> names) {
    return PipeTraffic.busiest(IntStream.range(0, network.pipes().size()), this, most).stream()
        .map(traffic -> new NamedPipe(names.apply(traffic.pipe()), traffic))
        .toList();
  }

  @Override
  public synchronized PipeCounters counters(int pipe) {
    return audit.counters(pipe);
  }

  @Override
  public long propagationNanos(int pipe) {
    return audit.delayNanos(pipe);
  }

  @Override
  public synchronized DurationHistogram delay(int pipe) {
    return audit.delay(pipe);
  }

  @Override
  public void close() throws IOException {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    frames.close();
  }
}
