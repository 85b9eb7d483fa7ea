package dev.diecast.daemon.network.conformance;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.ethernet.MacAddress;
import dev.diecast.core.ethernet.Station;
import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.pipe.Door;
import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.core.pipe.HostPipe;
import dev.diecast.core.pipe.PipeCounters;
import dev.diecast.daemon.linux.PreciseThread;
import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.network.EngineReport;
import dev.diecast.daemon.network.EngineSettings;
import dev.diecast.daemon.network.PipeEngine;
import dev.diecast.daemon.network.PortSpec;
import dev.diecast.daemon.network.StreamGuest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * Engine core as it runs: its thread, the host's clock, QEMU's stream protocol. Flow i comes from
 * station i; all go to one sink, the last station.
 */
final class CoreRuntime implements EngineUnderTest {
  private static final int HEADER_BYTES = 14;
  private static final int EXPERIMENTAL_ETHERTYPE = 0x88b5;

  private final Path directory;
  private int runs;

  CoreRuntime(Path directory) {
    this.directory = directory;
  }

  @Override
  public List<Arrival> run(List<HostPipe> pipes, List<int[]> flows, List<Event> script)
      throws Exception {
    runs++;
    EngineSettings settings =
        new EngineSettings(new Door(1 << 16, 1_000_000_000), 1518, 1, 30_000, true);
    int sink = flows.size();
    List<Arrival> arrivals = new ArrayList<>();
    try (PipeEngine engine = PipeEngine.start("conformance", network(pipes, flows), settings)) {
      List<StreamGuest> guests = new ArrayList<>();
      for (int station = 0; station <= sink; station++) {
        Path path = directory.resolve(runs + "-" + station);
        engine.attach(station, new PortSpec.StreamListen(path));
        guests.add(new StreamGuest(path));
      }
      Thread receiver = Thread.ofPlatform().start(() -> receive(guests.get(sink), arrivals));
      play(engine, guests, script);
      int sent = (int) script.stream().filter(event -> event instanceof Event.Send).count();
      awaitEmpty(engine, sent, arrivals, sink);
      guests.get(sink).close();
      receiver.join();
      for (StreamGuest guest : guests) {
        guest.close();
      }
    }
    return arrivals;
  }

  private static EmulatedNetwork network(List<HostPipe> pipes, List<int[]> flows) {
    // T = 1, so that the host's frame is the guests'.
    List<Pipe> asGuestsSee =
        IntStream.range(0, pipes.size())
            .mapToObj(
                i ->
                    new Pipe(
                        i,
                        i,
                        i + 1,
                        new PipeAttributes(
                            pipes.get(i).bitsPerSecond().roundToLong(),
                            pipes.get(i).delayNanos(),
                            pipes.get(i).lossPartsPerBillion(),
                            pipes.get(i).queue())))
            .toList();
    List<Station> stations =
        IntStream.rangeClosed(0, flows.size())
            .mapToObj(i -> new Station(i, mac(i), List.of()))
            .toList();
    return new EmulatedNetwork(
        asGuestsSee,
        DilationFactor.NONE,
        (source, destination) -> Optional.of(flows.get(source)),
        stations);
  }

  private static MacAddress mac(int station) {
    return new MacAddress(0x5254_0000_0000L + station);
  }

  /** Events of one instant and flow go out in one call. */
  private static void play(PipeEngine engine, List<StreamGuest> guests, List<Event> script)
      throws IOException {
    long begin = System.nanoTime();
    int sink = guests.size() - 1;
    int next = 0;
    while (next < script.size()) {
      Event event = script.get(next);
      sleepUntil(begin + event.atNanos());
      if (event instanceof Event.Change change) {
        engine.change(change.pipe(), change.wanted());
        next++;
        continue;
      }
      List<byte[]> frames = new ArrayList<>();
      Event.Send first = (Event.Send) event;
      long now = System.nanoTime();
      while (next < script.size()
          && script.get(next) instanceof Event.Send send
          && send.atNanos() == first.atNanos()
          && send.flow() == first.flow()) {
        frames.add(frame(send, sink, now));
        next++;
      }
      guests.get(first.flow()).send(frames);
    }
  }

  private static void sleepUntil(long nanos) {
    long left = nanos - System.nanoTime();
    while (left > 0) {
      LockSupport.parkNanos(left);
      left = nanos - System.nanoTime();
    }
  }

  private static byte[] frame(Event.Send send, int sink, long now) {
    ByteBuffer frame = ByteBuffer.allocate(send.frameBytes());
    putMac(frame, mac(sink).bits());
    putMac(frame, mac(send.flow()).bits());
    frame.putShort((short) EXPERIMENTAL_ETHERTYPE);
    frame.putInt(send.flow()).putInt(send.number()).putLong(now);
    return frame.array();
  }

  private static void putMac(ByteBuffer frame, long mac) {
    frame.putShort((short) (mac >>> 32)).putInt((int) mac);
  }

  private static void becomePrecise() {
    try {
      PreciseThread.wakePrecisely();
      PreciseThread.realTime(1);
    } catch (SystemCallException e) {
      // Where it may not, the tolerance has to do.
    }
  }

  private static void receive(StreamGuest guest, List<Arrival> arrivals) {
    becomePrecise();
    while (true) {
      try {
        ByteBuffer frame = ByteBuffer.wrap(guest.receive()).position(HEADER_BYTES);
        long now = System.nanoTime();
        Arrival arrival = new Arrival(frame.getInt(), frame.getInt(), frame.getLong(), now);
        synchronized (arrivals) {
          arrivals.add(arrival);
        }
      } catch (IOException e) {
        return;
      }
    }
  }

  /** Every frame that was sent has come out or was dropped by a pipe, none elsewhere. */
  private static void awaitEmpty(PipeEngine engine, int sent, List<Arrival> arrivals, int sink) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              EngineReport report = engine.report();
              long dropped =
                  report.pipes().stream()
                      .flatMap(Optional::stream)
                      .mapToLong(CoreRuntime::dropped)
                      .sum();
              long came = report.ports().get(sink).sentFrames();
              synchronized (arrivals) {
                return came + dropped == sent && arrivals.size() == came;
              }
            });
  }

  private static long dropped(PipeCounters pipe) {
    return pipe.lossDrops() + pipe.queueDrops() + pipe.downDrops();
  }

  /** The sender's time is taken before it sends: never too early. */
  @Override
  public long earlyNanos() {
    return 1_000;
  }

  /**
   * Sender and receiver are threads of a machine that does much else, and a burst has one time of
   * sending: held up once, all of it is late. How exact the engine is, virtual time shows.
   */
  @Override
  public long typicallyLateNanos() {
    return 40_000_000;
  }

  @Override
  public int queueSlackFrames() {
    return 2;
  }

  @Override
  public double lossDeviations() {
    return 1.96;
  }

  @Override
  public void close() {}
}
