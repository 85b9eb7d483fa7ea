package dev.diecast.core.network.topology;

import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.gml.GmlEntry;
import dev.diecast.core.network.gml.GmlValue;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which attributes of an edge in GML say what of a link. Where several say the same, the one that
 * stands first here counts. Keys are told apart without regard to case.
 *
 * <ul>
 *   <li>bandwidth: {@code bitsPerSecond}, {@code bandwidth} (a number of bit/s, or a text with its
 *       unit), {@code dbl_kbps} (ModelNet), {@code LinkSpeedRaw} (Topology Zoo, bit/s), {@code
 *       LinkSpeed} with {@code LinkSpeedUnits}, {@code LinkType} (Topology Zoo, such as OC-192)
 *   <li>delay: {@code delayNanos}, {@code delayMicros}, {@code delayMillis}, {@code delay} and
 *       {@code latency} (a text with its unit, or a number of milliseconds), {@code int_delayms}
 *       (ModelNet)
 *   <li>loss: {@code lossRatio} and {@code loss} (a ratio, or a text such as 1%), {@code
 *       lossPercent}, {@code dbl_plr} (ModelNet, a ratio)
 *   <li>queue: {@code queuePackets}, {@code queueBytes}, {@code queue} (a number of packets, or a
 *       text with its unit), {@code int_qlen} (ModelNet, packets)
 * </ul>
 */
final class EdgeAttributes {

  /** How the value of a key is read: as a number, as a text. */
  private record Reading<T>(String key, Function<BigDecimal, T> number, Function<String, T> text) {}

  private static final List<Reading<Long>> BANDWIDTH =
      List.of(
          ofNumber("bitsPerSecond", Units::bitsPerSecond),
          new Reading<>("bandwidth", Units::bitsPerSecond, Units::bitsPerSecond),
          ofNumber("dbl_kbps", value -> Units.bitsPerSecond(value.scaleByPowerOfTen(3))));

  private static final List<Reading<Long>> DELAY =
      List.of(
          delayIn("delayNanos", 0),
          delayIn("delayMicros", 3),
          delayIn("delayMillis", 6),
          new Reading<>("delay", value -> Units.delayNanos(value, 6), Units::delayNanos),
          new Reading<>("latency", value -> Units.delayNanos(value, 6), Units::delayNanos),
          delayIn("int_delayms", 6));

  private static final List<Reading<Integer>> LOSS =
      List.of(
          new Reading<>("lossRatio", Units::loss, Units::loss),
          new Reading<>("loss", Units::loss, Units::loss),
          ofNumber("lossPercent", value -> Units.loss(value.scaleByPowerOfTen(-2))),
          ofNumber("dbl_plr", Units::loss));

  private static final List<Reading<QueueLimit>> QUEUE =
      List.of(
          ofNumber("queuePackets", Units::queuePackets),
          ofNumber("queueBytes", Units::queueBytes),
          new Reading<>("queue", Units::queuePackets, Units::queue),
          ofNumber("int_qlen", Units::queuePackets));

  private final List<GmlEntry> entries;
  private final Notices notices;

  private EdgeAttributes(List<GmlEntry> entries, Notices notices) {
    this.entries = entries;
    this.notices = notices;
  }

  static GivenAttributes read(List<GmlEntry> entries, Notices notices) {
    EdgeAttributes edge = new EdgeAttributes(entries, notices);
    return new GivenAttributes(
        edge.first(BANDWIDTH).or(edge::zooBandwidth),
        edge.first(DELAY),
        edge.first(LOSS),
        edge.first(QUEUE));
  }

  /** All are read, so that a value that cannot be is refused even where another counts. */
  private <T> Optional<T> first(List<Reading<T>> readings) {
    Optional<T> best = Optional.empty();
    for (Reading<T> reading : readings) {
      Optional<T> value = entry(reading.key()).map(found -> value(found, reading));
      best = best.or(() -> value);
    }
    return best;
  }

  private <T> T value(GmlEntry entry, Reading<T> reading) {
    try {
      return switch (entry.value()) {
        case GmlValue.Number number -> {
          noteMissingUnit(entry);
          yield reading.number().apply(number.value());
        }
        case GmlValue.Text text -> reading.text().apply(text.value());
        case GmlValue.Items items -> throw new TopologyException("is a list: write a number");
      };
    } catch (TopologyException refused) {
      throw TopologyException.at(
          entry.line(), entry.column(), "%s: %s".formatted(entry.key(), refused.getMessage()));
    }
  }

  private void noteMissingUnit(GmlEntry entry) {
    if (entry.is("delay") || entry.is("latency")) {
      notices.add(
          "delays without unit",
          "line %d: %s has no unit: read as milliseconds".formatted(entry.line(), entry.key()));
    }
  }

  /** What the Topology Zoo's tools wrote from a picture may be anything: it is used or noted. */
  private Optional<Long> zooBandwidth() {
    return entry("LinkSpeedRaw")
        .flatMap(this::zooValue)
        .or(this::zooSpeedWithUnits)
        .or(() -> text("LinkType").flatMap(LineRates::of));
  }

  private Optional<Long> zooSpeedWithUnits() {
    Optional<String> units = text("LinkSpeedUnits");
    return units.isEmpty()
        ? Optional.empty()
        : entry("LinkSpeed")
            .flatMap(speed -> zooText(speed).flatMap(text -> zooRate(speed, text + units.get())));
  }

  private Optional<Long> zooValue(GmlEntry entry) {
    return zooText(entry).flatMap(text -> zooRate(entry, text));
  }

  private static Optional<String> zooText(GmlEntry entry) {
    return switch (entry.value()) {
      case GmlValue.Number number when Math.abs((long) number.value().scale()) < 18 ->
          Optional.of(number.value().toPlainString());
      case GmlValue.Text text -> Optional.of(text.value());
      default -> Optional.empty();
    };
  }

  private Optional<Long> zooRate(GmlEntry entry, String text) {
    try {
      return Optional.of(Units.bitsPerSecond(text));
    } catch (TopologyException refused) {
      notices.add(
          "unreadable link speeds",
          "line %d: %s is not used: %s".formatted(entry.line(), entry.key(), refused.getMessage()));
      return Optional.empty();
    }
  }

  private Optional<String> text(String key) {
    return entry(key)
        .map(GmlEntry::value)
        .filter(GmlValue.Text.class::isInstance)
        .map(text -> ((GmlValue.Text) text).value());
  }

  private Optional<GmlEntry> entry(String key) {
    return entries.stream().filter(entry -> entry.is(key)).findFirst();
  }

  private static Reading<Long> delayIn(String key, int exponent) {
    return ofNumber(key, value -> Units.delayNanos(value, exponent));
  }

  /** A number, in quotes or not. */
  private static <T> Reading<T> ofNumber(String key, Function<BigDecimal, T> number) {
    return new Reading<>(
        key,
        number,
        text -> {
          if (!text.strip().matches("[+-]?[0-9]{1,18}(\\.[0-9]{1,18})?")) {
            throw new TopologyException("is no number: write one without a unit");
          }
          return number.apply(new BigDecimal(text.strip()));
        });
  }
}
