package dev.diecast.operator.plan;

import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.core.DilationFactor;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Where model time begins. A model keeps its origin as long as it keeps T: all its guests, also
 * those that are added later, live on one clock. Another T starts a new clock at now, so model time
 * jumps forward (it was behind host time) and never back.
 */
final class ModelClocks {

  private static final DateTimeFormatter MICROS =
      new DateTimeFormatterBuilder().appendInstant(6).toFormatter();

  private ModelClocks() {}

  /** RFC 3339 UTC with microseconds. */
  static String origin(PlanRequest request, DilationFactor factor) {
    // The nodes are asked too: an operator that died after writing them has no status to show.
    Stream<EffectiveDilation> known =
        Stream.concat(
            request.inForce().stream(),
            request.own().stream().map(node -> node.getSpec().timeDilation()));
    return known
        .max(Comparator.comparing(EffectiveDilation::origin))
        .filter(latest -> latest.dilationFactor().equals(factor))
        .map(EffectiveDilation::modelClockOrigin)
        .orElseGet(() -> MICROS.format(request.now().truncatedTo(ChronoUnit.MICROS)));
  }
}
