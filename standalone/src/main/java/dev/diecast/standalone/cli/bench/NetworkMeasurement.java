package dev.diecast.standalone.cli.bench;

import dev.diecast.api.v1alpha1.LinkAttributes;
import dev.diecast.api.v1alpha1.NetworkAttachment;
import dev.diecast.api.v1alpha1.NetworkLink;
import dev.diecast.api.v1alpha1.NetworkSpec;
import dev.diecast.api.v1alpha1.NetworkTopology;
import dev.diecast.api.v1alpha1.Quantities;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.cli.session.BootWait;
import dev.diecast.standalone.cli.session.Messages;
import dev.diecast.standalone.cli.session.ModelFile;
import dev.diecast.standalone.cli.session.ModelWatch;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.image.ProgramImage;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Measures one link between two guests, changed again and again while they run. */
final class NetworkMeasurement {
  private static final Duration BOOT = Duration.ofMinutes(10);
  private static final Duration GONE = Duration.ofMinutes(2);

  /** Host cores of each guest: both and what emulates their network fit a host of two. */
  private static final Rational SHARE = Rational.of(7, 10);

  /** After a change of the model, host time until the pipes are certainly so. */
  private static final Duration CHANGED = Duration.ofSeconds(2);

  private static final Quantity WIDE = new Quantity("1G");
  private static final long DELAY_OF_STREAMS_MICROS = 1_000;
  private static final double TOLERANCE = 0.02;
  private static final double ROUND_TRIP_MICROS = 100;
  private static final double CONFIDENCE = 1.96;

  private final Session session;
  private final Progress progress;
  private final NetworkBench.Asked asked;

  NetworkMeasurement(Session session, Progress progress, NetworkBench.Asked asked) {
    this.session = session;
    this.progress = progress;
    this.asked = asked;
  }

  @FunctionalInterface
  private interface Reading {
    double take() throws IOException, InterruptedException;
  }

  /** A model that runs, and the probe between its two guests. */
  private record Subject(DilationFactor factor, ModelWatch watch, NetworkProbe probe) {}

  /** All figures at one dilation factor. */
  List<NetworkBench.Result> at(DilationFactor factor) throws IOException, InterruptedException {
    ModelFile file = file(factor, link(WIDE, 0, 0));
    ScaleModel model = file.models().getFirst();
    session.apply(file);
    ModelWatch watch = session.watch(model, progress);
    ModelWatch.Snapshot ready =
        watch.await(
            model.getMetadata().getName() + ": two guests on a network",
            BOOT,
            NetworkMeasurement::isReady);
    NetworkProbe probe =
        NetworkProbe.between(
            session.exec(ready.nodes().getFirst()), session.exec(ready.nodes().getLast()), "b-0");
    Subject subject = new Subject(factor, watch, probe);
    List<NetworkBench.Result> results = new ArrayList<>();
    roundTrips(subject, results);
    streams(subject, results);
    results.add(echoes(subject));
    session.delete(model, GONE);
    return results;
  }

  private void roundTrips(Subject subject, List<NetworkBench.Result> results)
      throws IOException, InterruptedException {
    double without = subject.probe.leastRoundTripMicros();
    for (long delay : asked.delaysMicros()) {
      change(subject, WIDE, delay, 0);
      double added = 2.0 * delay;
      results.add(
          result(
              subject,
              "addedRoundTripMicros",
              added,
              added * TOLERANCE + ROUND_TRIP_MICROS,
              () -> subject.probe.leastRoundTripMicros() - without));
    }
  }

  private void streams(Subject subject, List<NetworkBench.Result> results)
      throws InterruptedException {
    for (Quantity rate : asked.bitsPerSecond()) {
      change(subject, rate, DELAY_OF_STREAMS_MICROS, 0);
      double payload = Quantities.exact(rate).toDouble() * NetworkProbe.PAYLOAD_OF_STREAM;
      results.add(
          result(
              subject,
              "goodputBitsPerSecond",
              payload,
              payload * TOLERANCE,
              () -> subject.probe.goodputBitsPerSecond(asked.windowSeconds())));
    }
  }

  /** What comes back of echoes is lost twice; of so many, a share within so much of that. */
  private NetworkBench.Result echoes(Subject subject) throws InterruptedException {
    change(subject, WIDE, 0, asked.lossPercent());
    double kept = 1 - asked.lossPercent() / 100.0;
    double back = kept * kept;
    double deviation = Math.sqrt(back * (1 - back) / asked.echoes());
    return result(
        subject,
        "echoesPercent",
        100 * back,
        100 * CONFIDENCE * deviation,
        () -> 100.0 * subject.probe.echoes(asked.echoes()) / asked.echoes());
  }

  private NetworkBench.Result result(
      Subject subject, String quantity, double configured, double tolerance, Reading reading)
      throws InterruptedException {
    progress.step("T = %s: %s, %.0f configured".formatted(subject.factor, quantity, configured));
    Double measured = null;
    String failure = null;
    try {
      measured = reading.take();
    } catch (IOException e) {
      failure = Messages.of(e);
    }
    double low = configured - tolerance;
    double high = configured + tolerance;
    return new NetworkBench.Result(
        subject.factor.toString(),
        quantity,
        configured,
        measured,
        low,
        high,
        measured == null ? null : measured >= low && measured <= high,
        failure);
  }

  /** As a user edits a running model. */
  private void change(Subject subject, Quantity rate, long delayMicros, int lossPercent)
      throws InterruptedException {
    session.apply(file(subject.factor, link(rate, delayMicros, lossPercent)));
    subject.watch.await(
        "the changed link", GONE, snapshot -> snapshot.current() && snapshot.isTrue("Networked"));
    Thread.sleep(CHANGED);
  }

  private static boolean isReady(ModelWatch.Snapshot snapshot) {
    return snapshot.isTrue("Networked")
        && snapshot.nodes().size() == 2
        && snapshot.nodes().stream().allMatch(BootWait::answers);
  }

  private static ModelFile file(DilationFactor factor, NetworkLink link) {
    BenchModels.Guest guest =
        new BenchModels.Guest(ProgramImage.IPERF.reference(), "192Mi", List.of());
    Rational speed = SHARE.times(factor.value());
    ModelFile file =
        BenchModels.model(
            "network",
            factor,
            guest,
            BenchModels.group("a", 1, speed, guest),
            BenchModels.group("b", 1, speed, guest));
    ScaleModel model = file.models().getFirst();
    model.setSpec(
        new ScaleModelSpec(
            model.getSpec().timeDilation(), null, model.getSpec().groups(), network(link), null));
    return file;
  }

  private static NetworkLink link(Quantity rate, long delayMicros, int lossPercent) {
    String loss = lossPercent == 0 ? null : Integer.toString(lossPercent);
    return new NetworkLink("left", "right", rate, delayMicros, loss, null, null, null);
  }

  private static NetworkSpec network(NetworkLink changed) {
    return new NetworkSpec(
        new NetworkTopology(null, null, List.of(link(WIDE, 0, 0))),
        null,
        new LinkAttributes(WIDE, 0L, null, null, null),
        List.of(
            new NetworkAttachment("a", List.of("left"), null, null),
            new NetworkAttachment("b", List.of("right"), null, null)),
        List.of(changed),
        null,
        null,
        null,
        null);
  }
}
