package dev.diecast.daemon.network.model;

import dev.diecast.core.ethernet.Station;
import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.core.pipe.PipeCounters;
import dev.diecast.core.pipe.SchedulerCounters;
import dev.diecast.daemon.clock.HostEpochClock;
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
final class KernelWatch implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(KernelWatch.class);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final FrameWatch frames;
  private final Thread thread;
  private volatile Optional<Throwable> failure = Optional.empty();

  // All below is of whoever holds this object's lock.
  private final PipeAudit audit = new PipeAudit();
  private final Map<Integer, Integer> stationOfDevice = new HashMap<>();
  private final Map<Integer, Integer> deviceOfStation = new HashMap<>();
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
      stationOfMac.put(station.mac().bits(), station.number());
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

  /**
   * The pipes towards a node are these now.
   *
   * @param device number of the node's port
   */
  synchronized void plugged(int station, int device, EmulatedNetwork now) {
    unplugged(station);
    stationOfDevice.put(device, station);
    deviceOfStation.put(station, device);
    changed(station, now);
  }

  synchronized void changed(int station, EmulatedNetwork now) {
    network = now;
    long nanos = nanosNow();
    EndToEndPipes.forEachTowards(now, station, (pipe, number) -> audit.set(number, pipe, nanos));
  }

  synchronized void unplugged(int station) {
    stationOfDevice.remove(deviceOfStation.remove(station));
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
    if (destination != null && deviceOfStation.containsKey(destination)) {
      network
          .routing()
          .route(station, destination)
          .ifPresent(route -> audit.entered(route[0], content, bytes, nanos));
    }
  }

  private static long nanosNow() {
    return HostEpochClock.nanos(Instant.now());
  }

  /** As an engine of our own would say it. */
  synchronized EngineTotals totals() {
    PipeCounters all = audit.all();
    return new EngineTotals(
        new SchedulerCounters(
            all.enteredPackets(),
            all.leftPackets(),
            0,
            audit.unexplained(),
            0,
            audit.late(),
            audit.overdue(),
            all.leftPackets()),
        new DoorCounters(0, 0, 0, 0, 0),
        network.pipes().size(),
        all.lossDrops(),
        all.queueDrops(),
        all.downDrops(),
        0,
        new PortCounters(seenIn, seenOut, 0, 0, 1, 0),
        new LinkCounters(Map.of(), 0, 0, 0),
        Lateness.of(audit.lateness()));
  }

  synchronized List<NamedPipe> busiest(int most, IntFunction<String> names) {
    return PipeTraffic.busiest(IntStream.range(0, network.pipes().size()), audit, most).stream()
        .map(traffic -> new NamedPipe(names.apply(traffic.pipe()), traffic))
        .toList();
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
