package dev.diecast.daemon.clock;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.frame.Frames;
import dev.diecast.core.time.ClockReading;
import dev.diecast.core.time.ModelClock;
import dev.diecast.daemon.process.ProcFiles;
import dev.diecast.daemon.process.QemuProcess;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Watches the clock of one guest, from one start of its QEMU to the end of it, on a virtual thread
 * of its own. The first thing it does is to set the guest's wall clock to model time, once.
 */
public final class ClockWatch implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ClockWatch.class);
  private static final int SETTING_ATTEMPTS = 4;
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LAST_RETRY = Duration.ofSeconds(10);
  private static final long GUEST_CLOCK_RESOLUTION_NANOS = 1000;

  /** An offset smaller than this is not worth a step of the guest's clock; guest frame. */
  private static final Duration SMALL_OFFSET = Duration.ofMillis(1);

  private final String name;
  private final QemuProcess qemu;
  private final ModelClock model;
  private final HostEpochClock host;
  private final ClockSettings settings;
  private final Rational due;
  private final AgentSocket socket;
  private final ClockOwner owner;
  private final ReadingWindow window;
  private final Thread thread;
  private volatile ClockState state = ClockState.NOTHING;

  /** Remembers, beyond this process, that a guest's wall clock has been set. */
  public interface ClockOwner {
    boolean isSet();

    void markSet();

    /** The clock stepped, stopped or changed its rate. */
    void uneven();
  }

  private ClockWatch(
      String name,
      QemuProcess qemu,
      ModelClock model,
      Rational due,
      HostEpochClock host,
      ClockSettings settings,
      ProcFiles proc,
      ClockOwner owner) {
    this.name = name;
    this.qemu = qemu;
    this.model = model;
    this.due = due;
    this.host = host;
    this.settings = settings;
    this.socket = new AgentSocket(proc);
    this.owner = owner;
    this.window = new ReadingWindow(model, settings);
    this.thread = Thread.ofVirtual().name("clock-" + name).unstarted(this::run);
  }

  /**
   * @param due host cores of the guest
   */
  public static ClockWatch start(
      String name,
      QemuProcess qemu,
      ModelClock model,
      Rational due,
      HostEpochClock host,
      ClockSettings settings,
      ProcFiles proc,
      ClockOwner owner) {
    ClockWatch watch = new ClockWatch(name, qemu, model, due, host, settings, proc, owner);
    watch.thread.start();
    return watch;
  }

  public ClockState state() {
    return state;
  }

  @Override
  public void close() {
    thread.interrupt(); // closes the channel that it may be blocked on
  }

  private void run() {
    Duration retry = FIRST_RETRY;
    try {
      while (true) {
        long readingsBefore = readings;
        try {
          converse();
        } catch (IOException e) {
          if (Thread.interrupted()) {
            return;
          }
          LOG.debugf("%s: guest agent: %s", name, e.getMessage());
          state = new ClockState(state.fit(), state.lastReading(), Optional.of(e.getMessage()));
        }
        retry = readings > readingsBefore ? FIRST_RETRY : min(retry.multipliedBy(2), LAST_RETRY);
        Thread.sleep(retry);
      }
    } catch (InterruptedException e) {
      // The watch is over.
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s: the clock is no longer watched", name);
      state = new ClockState(state.fit(), state.lastReading(), Optional.of(e.toString()));
    }
  }

  private long readings;

  private void converse() throws IOException, InterruptedException {
    try (GuestAgent agent = new GuestAgent(socket.connect(qemu))) {
      agent.sync(settings.answerTimeout(factor()));
      if (!owner.isSet()) {
        set(agent);
        owner.markSet();
      }
      while (true) {
        ClockReading reading = read(agent);
        readings++;
        long steps = window.steps();
        var fit = window.add(reading);
        if (window.steps() > steps) {
          LOG.warnf("%s: the guest's clock stepped, stopped or changed its rate", name);
          owner.uneven();
        }
        Instant at = HostEpochClock.instant(reading.hostNanosAfter());
        state = new ClockState(fit, Optional.of(at), Optional.empty());
        Thread.sleep(window.isSettled() ? settings.slowInterval(due) : settings.interval(due));
      }
    }
  }

  private DilationFactor factor() {
    return model.factor();
  }

  /**
   * The agent's answer is cut to whole microseconds: the guest showed that value up to a guest
   * microsecond before it was read, so the question may as well have been sent that much earlier.
   */
  private ClockReading read(GuestAgent agent) throws IOException {
    long before = host.nanos();
    long guest = agent.time(settings.answerTimeout(factor()));
    long after = host.nanos();
    long cut = factor().value().times(GUEST_CLOCK_RESOLUTION_NANOS).round().longValueExact();
    return new ClockReading(before - cut, after, guest);
  }

  /** Sets the wall clock to model time, and again while the offset can be made smaller. */
  private void set(GuestAgent agent) throws IOException {
    ClockReading reading = read(agent);
    for (int attempt = 0; attempt < SETTING_ATTEMPTS; attempt++) {
      long roundTrip = reading.hostNanosAfter() - reading.hostNanosBefore();
      if (isRight(reading, roundTrip)) {
        break;
      }
      try {
        long arrives = host.nanos() + roundTrip / 2;
        long modelTime = HostEpochClock.nanos(model.modelTime(HostEpochClock.instant(arrives)));
        agent.setTime(modelTime, settings.settingTimeout(factor()));
      } catch (AgentErrorException e) {
        // It sets the clock first and then fails at the guest's RTC; the reading below tells.
        LOG.debugf("%s: %s", name, e.getMessage());
      }
      reading = read(agent);
    }
    LOG.infof("%s: guest clock is %.3f ms off model time", name, offset(reading).toNanos() / 1e6);
  }

  private boolean isRight(ClockReading reading, long roundTripNanos) {
    Duration uncertain = Frames.guestDuration(Duration.ofNanos(roundTripNanos / 2), factor());
    Duration small = uncertain.compareTo(SMALL_OFFSET) > 0 ? uncertain : SMALL_OFFSET;
    return offset(reading).abs().compareTo(small) <= 0;
  }

  private Duration offset(ClockReading reading) {
    long middle = reading.hostNanosBefore() / 2 + reading.hostNanosAfter() / 2;
    return Duration.between(
        model.modelTime(HostEpochClock.instant(middle)),
        HostEpochClock.instant(reading.guestNanos()));
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
