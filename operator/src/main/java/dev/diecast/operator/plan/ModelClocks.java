package dev.diecast.operator.plan;

import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.time.ModelClock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where model time begins. A model keeps its clock as long as it keeps T: all its guests, also
 * those that are added later, live on one clock. Another T in guests that run on goes on from where
 * the clock is, at a moment that all hosts know before it comes. Another T by a restart starts a
 * new clock at now, so model time jumps forward (it was behind host time) and never back.
 */
final class ModelClocks {

  /** What it takes until every daemon has seen the nodes that it is written into; host time. */
  static final Duration NOTICE = Duration.ofSeconds(3);

  private static final DateTimeFormatter MICROS =
      new DateTimeFormatterBuilder().appendInstant(6).toFormatter();

  private ModelClocks() {}

  static EffectiveDilation dilation(PlanRequest request, DilationFactor factor, Driver driver) {
    // The nodes are asked too: an operator that died after writing them has no status to show.
    Stream<EffectiveDilation> known =
        Stream.concat(
            request.inForce().stream(),
            request.own().stream().map(node -> node.getSpec().timeDilation()));
    Optional<EffectiveDilation> latest = known.max(Comparator.comparing(EffectiveDilation::origin));
    if (latest.filter(before -> before.dilationFactor().equals(factor)).isPresent()) {
      return new EffectiveDilation(
          factor.toString(),
          driver,
          latest.get().modelClockOrigin(),
          latest.get().modelTimeAtOrigin());
    }
    return latest
        .filter(before -> changesInPlace(request, before, driver))
        .map(before -> goingOn(before.modelClock(), factor, driver, request.now()))
        .orElseGet(() -> new EffectiveDilation(factor.toString(), driver, text(request.now())));
  }

  /** Whether guests run on while T changes. */
  static boolean changesInPlace(PlanRequest request, EffectiveDilation before, Driver driver) {
    return !request.own().isEmpty()
        && before.driver() == Driver.HostModule
        && driver == Driver.HostModule;
  }

  private static EffectiveDilation goingOn(
      ModelClock before, DilationFactor factor, Driver driver, Instant now) {
    // A change that is still to come is not overtaken: its clock would go back.
    Instant soon = now.plus(NOTICE);
    Instant at = soon.isAfter(before.origin()) ? soon : before.origin().plus(NOTICE);
    ModelClock next = before.changedAt(at.truncatedTo(ChronoUnit.MICROS), factor);
    return new EffectiveDilation(
        factor.toString(), driver, text(next.origin()), text(next.start()));
  }

  /** RFC 3339 UTC with microseconds. */
  private static String text(Instant instant) {
    return MICROS.format(instant.truncatedTo(ChronoUnit.MICROS));
  }
}
