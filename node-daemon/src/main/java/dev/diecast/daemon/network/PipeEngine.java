package dev.diecast.daemon.network;

import dev.diecast.core.pipe.DurationHistogram;
import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.core.pipe.HostPipe;
import dev.diecast.core.pipe.PipeCounters;
import dev.diecast.core.pipe.PipeScheduler;
import dev.diecast.core.pipe.RouteTable;
import dev.diecast.daemon.linux.Epoll;
import dev.diecast.daemon.linux.PreciseThread;
import dev.diecast.daemon.linux.SocketCalls;
import dev.diecast.daemon.linux.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * Emulates a network: one thread that moves packets when they are due, and takes new ones in
 * between. Everything else asks that thread to do things; nothing is shared.
 */
public final class PipeEngine implements AutoCloseable {
  /** After so many moves the clock is read again. */
  private static final int MOVES_PER_LOOK = 64;

  /** After so many looks the ports are served even though more is due. */
  private static final int LOOKS_PER_TURN = 64;

  private static final long RETRY_NANOS = 50_000_000;

  private final EngineSettings settings;
  private final Arena arena = Arena.ofShared();
  private final Epoll epoll;
  private final RouteTable routes;
  private final Optional<PeerLink> link;
  private final Attachments attachments;
  private final PipeScheduler scheduler;
  private final FrameDoor door;
  private final int pipes;
  private final int stations;
  private final DurationHistogram doorWait = new DurationHistogram();
  private final EngineRequests requests;
  private final Thread thread;

  private long nextRetryNanos;
  private boolean realTime;
  private volatile boolean closing;
  private volatile Optional<Throwable> failure = Optional.empty();
  private final AtomicBoolean closed = new AtomicBoolean();

  private PipeEngine(
      String name, EmulatedNetwork network, EngineSettings settings, Optional<Peers> peers)
      throws SystemCallException {
    this.settings = settings;
    this.pipes = network.pipes().size();
    this.stations = network.stationNumbers();
    this.epoll = new Epoll();
    this.routes = new RouteTable(network.routing());
    PacketMemory memory = orNothing(() -> memory(settings));
    PortContext context = new PortContext(epoll, new SocketCalls(arena), memory);
    this.link =
        peers.isEmpty()
            ? Optional.empty()
            : Optional.of(orNothing(() -> new PeerLink(peers.get(), context)));
    this.attachments = new Attachments(stations, context, routes, link);
    this.scheduler =
        new PipeScheduler(
            network.hostPipes(),
            settings.door(),
            settings.seed(),
            attachments::deliver,
            pipe -> peers.isEmpty() || peers.get().partition().has(pipe),
            attachments::handOver);
    this.door = new FrameDoor(network, scheduler, routes, memory, settings.maximumFrameBytes());
    this.requests = new EngineRequests("pipes-" + name, epoll::wake);
    this.thread = Thread.ofPlatform().daemon().name("pipes-" + name).unstarted(this::run);
  }

  private PacketMemory memory(EngineSettings settings) throws SystemCallException {
    return new PacketMemory(settings.door().descriptors(), settings.maximumFrameBytes(), arena);
  }

  /** Something that it takes from the system. */
  @FunctionalInterface
  private interface Taken<T> {
    T take() throws SystemCallException;
  }

  /** An engine that cannot be leaves nothing behind: it is tried again in every round. */
  private <T> T orNothing(Taken<T> taken) throws SystemCallException {
    try {
      return taken.take();
    } catch (SystemCallException e) {
      epoll.close();
      arena.close();
      throw e;
    }
  }

  /** Starts to emulate a network to which nobody is attached yet. */
  public static PipeEngine start(String name, EmulatedNetwork network, EngineSettings settings)
      throws IOException {
    return started(new PipeEngine(name, network, settings, Optional.empty()));
  }

  /** Starts to emulate a part of a network, the rest of which other engines emulate. */
  public static PipeEngine start(
      String name, EmulatedNetwork network, EngineSettings settings, Peers peers)
      throws IOException {
    return started(new PipeEngine(name, network, settings, Optional.of(peers)));
  }

  private static PipeEngine started(PipeEngine engine) {
    engine.thread.start();
    return engine;
  }

  /** Attaches a virtual node; one that is attached already changes over. */
  public void attach(int station, PortSpec spec) throws IOException {
    requireStation(station);
    requests.tell(() -> attachments.attach(station, spec));
  }

  /** Frames for this node are dropped from now on. */
  public void detach(int station) throws IOException {
    requireStation(station);
    requests.tell(() -> attachments.detach(station));
  }

  private void requireStation(int station) {
    if (station < 0 || station >= stations) {
      throw new IllegalArgumentException("there is no virtual node " + station);
    }
  }

  /**
   * Changes a pipe in place; takes effect before this returns. One that another engine has is left.
   */
  public void change(int pipe, HostPipe wanted) throws IOException {
    if (!scheduler.has(Objects.checkIndex(pipe, pipes))) {
      return;
    }
    requests.ask(
        () -> {
          long now = System.nanoTime();
          scheduler.move(now, Integer.MAX_VALUE);
          scheduler.change(pipe, wanted, now);
          return null;
        });
  }

  /** Routes have changed: the routing is asked anew for every packet that comes from now on. */
  public void forgetRoutes() throws IOException {
    requests.tell(() -> routes.clear());
  }

  /**
   * Another engine is elsewhere, or has another key, from now on: what waits in pipes goes there.
   */
  public void meet(int engine, Peer peer) throws IOException {
    requests.tell(() -> link.orElseThrow().meet(engine, peer));
  }

  /** The state of everything, taken between two packets. */
  public EngineReport report() throws IOException {
    return requests.ask(this::reportNow);
  }

  private EngineReport reportNow() {
    return new EngineReport(
        scheduler.counters(),
        door.counters(),
        IntStream.range(0, pipes).mapToObj(this::pipeCounters).toList(),
        attachments.counters(),
        linkCounters(),
        attachments.undeliverable(),
        Lateness.of(scheduler.hopLateness()),
        Lateness.of(scheduler.deliveryLateness()),
        Lateness.of(doorWait),
        realTime);
  }

  /**
   * Sums, read by the calling thread: the counters are written by one thread alone, and a number
   * that is a moment old harms nobody. So scrapes cost packets nothing, whoever asks how often.
   */
  public EngineTotals totals() {
    return EngineTotals.of(scheduler, pipes, door, attachments, linkCounters());
  }

  /**
   * Of the pipes that are here, those that most frames have come to, at most so many; one that none
   * has come to is not among them. Read as {@link #totals} are.
   */
  public List<PipeTraffic> busiestPipes(int most) {
    return PipeTraffic.busiest(
        IntStream.range(0, pipes).filter(scheduler::has), new SchedulerPipes(scheduler), most);
  }

  private LinkCounters linkCounters() {
    return link.map(PeerLink::counters).orElse(LinkCounters.NONE);
  }

  private Optional<PipeCounters> pipeCounters(int pipe) {
    return scheduler.has(pipe) ? Optional.of(scheduler.counters(pipe)) : Optional.empty();
  }

  /** Why it ended by itself; empty as long as it has not. Nothing more comes of it then. */
  public Optional<Throwable> failure() {
    return failure;
  }

  /** Whether frames can pass to and from a virtual node at the moment. Does not ask the thread. */
  public boolean isConnected(int station) {
    return attachments.isConnected(station);
  }

  /** An engine that fails says so to whoever asks, rather than let them wait. */
  private void run() {
    try {
      becomePrecise();
      emulate();
    } catch (RuntimeException | Error e) {
      failure = Optional.of(e);
      System.getLogger(PipeEngine.class.getName())
          .log(System.Logger.Level.ERROR, thread.getName() + " failed", e);
    } finally {
      closing = true;
      requests.end();
    }
  }

  private void emulate() {
    long servedNanos = System.nanoTime();
    while (!closing) {
      long now = moveAllDue();
      long wait = scheduler.nextDeadline() - now - settings.spinNanos();
      long busyNanos = now - servedNanos;
      int events = epoll.await(Math.min(wait, RETRY_NANOS));
      servedNanos = System.nanoTime();
      if (events > 0) {
        doorWait.record(busyNanos);
        serve(events, servedNanos);
      }
      requests.answer();
      retry(servedNanos);
    }
  }

  private long moveAllDue() {
    long now = System.nanoTime();
    for (int look = 0; look < LOOKS_PER_TURN; look++) {
      int moved = scheduler.move(now, MOVES_PER_LOOK);
      now = System.nanoTime();
      if (moved == 0) {
        break;
      }
    }
    return now;
  }

  private void serve(int events, long now) {
    for (int event = 0; event < events; event++) {
      int tag = epoll.tag(event);
      if (tag == PeerLink.TAG) {
        link.orElseThrow().receive(door, now);
      } else if (tag <= Port.LISTENING_TAG) {
        attachments.accept(Port.LISTENING_TAG - tag);
      } else if (tag != Epoll.WOKEN) {
        attachments.serve(tag, epoll.isWritable(event), door, now);
      }
    }
  }

  private void retry(long now) {
    if (now >= nextRetryNanos) {
      nextRetryNanos = now + RETRY_NANOS;
      link.ifPresent(PeerLink::ask);
      attachments.retry();
    }
  }

  private void becomePrecise() {
    try {
      PreciseThread.wakePrecisely();
      if (settings.realTime()) {
        PreciseThread.realTime(1);
        realTime = true;
      }
    } catch (SystemCallException e) {
      System.getLogger(PipeEngine.class.getName())
          .log(System.Logger.Level.INFO, thread.getName() + " runs as any other thread: " + e);
    }
  }

  /** Drops what is inside and ends. */
  @Override
  public void close() throws IOException {
    if (closed.getAndSet(true)) {
      return;
    }
    closing = true;
    epoll.wake();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    attachments.detachAll();
    if (link.isPresent()) {
      link.get().close();
    }
    epoll.close();
    arena.close();
  }
}
