package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.diecast.core.Rational;
import dev.diecast.core.disk.DiskRate;
import dev.diecast.core.disk.LatencyFloor;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** A disk in the guest's frame; an absent limit is no limit. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TargetDisk(
    @JsonPropertyDescription("Name of the disk, unique in the machine.")
        @Required
        @Pattern(Rules.DNS_LABEL)
        @Size(min = 1, max = 40)
        String name,
    @JsonPropertyDescription("Size, such as 1Gi.")
        @Required
        @ValidationRule(
            value = Rules.POSITIVE_QUANTITY,
            message = "capacity is a quantity greater than 0, such as 1Gi")
        Quantity capacity,
    @JsonPropertyDescription("Bytes read per second, such as 100M.")
        @ValidationRule(
            value = Rules.POSITIVE_QUANTITY,
            message = "readBytesPerSecond is a quantity greater than 0: leave it out for no limit")
        Quantity readBytesPerSecond,
    @JsonPropertyDescription("Bytes written per second.")
        @ValidationRule(
            value = Rules.POSITIVE_QUANTITY,
            message = "writeBytesPerSecond is a quantity greater than 0: leave it out for no limit")
        Quantity writeBytesPerSecond,
    @JsonPropertyDescription("Reads per second.") @Min(1) Long readIops,
    @JsonPropertyDescription("Writes per second.") @Min(1) Long writeIops,
    @JsonPropertyDescription("The least time that a read takes, microseconds of guest time.")
        @Min(1)
        @Max(TargetDisk.MOST_LATENCY_MICROS)
        Long readLatencyMicros,
    @JsonPropertyDescription("The least time that a write takes, microseconds of guest time.")
        @Min(1)
        @Max(TargetDisk.MOST_LATENCY_MICROS)
        Long writeLatencyMicros) {

  /** A disk that takes longer is broken; drivers of guests give up after half a minute. */
  public static final long MOST_LATENCY_MICROS = 1_000_000;

  /** A disk without latency floors. */
  public TargetDisk(
      String name,
      Quantity capacity,
      Quantity readBytesPerSecond,
      Quantity writeBytesPerSecond,
      Long readIops,
      Long writeIops) {
    this(name, capacity, readBytesPerSecond, writeBytesPerSecond, readIops, writeIops, null, null);
  }

  /** Size in bytes: the same in both time frames. */
  public long capacityBytes() {
    return Quantities.wholeUnits(capacity);
  }

  /** Bytes read per second in the guest's frame; empty where not limited. */
  public Optional<Rational> readRate() {
    return Optional.ofNullable(readBytesPerSecond).map(Quantities::exact);
  }

  /** Bytes written per second in the guest's frame; empty where not limited. */
  public Optional<Rational> writeRate() {
    return Optional.ofNullable(writeBytesPerSecond).map(Quantities::exact);
  }

  /** Reads per second in the guest's frame; empty where not limited. */
  public Optional<Rational> readOperations() {
    return Optional.ofNullable(readIops).map(Rational::of);
  }

  /** Writes per second in the guest's frame; empty where not limited. */
  public Optional<Rational> writeOperations() {
    return Optional.ofNullable(writeIops).map(Rational::of);
  }

  /** All rates that are limited, per second in the guest's frame. */
  public Map<DiskRate, Rational> limits() {
    Map<DiskRate, Rational> limits = new EnumMap<>(DiskRate.class);
    readRate().ifPresent(rate -> limits.put(DiskRate.READ_BYTES, rate));
    writeRate().ifPresent(rate -> limits.put(DiskRate.WRITE_BYTES, rate));
    readOperations().ifPresent(rate -> limits.put(DiskRate.READ_OPERATIONS, rate));
    writeOperations().ifPresent(rate -> limits.put(DiskRate.WRITE_OPERATIONS, rate));
    return limits;
  }

  /** The least latencies in the guest's frame. */
  public LatencyFloor latencyFloor() {
    return LatencyFloor.ofMicros(
        readLatencyMicros == null ? 0 : readLatencyMicros,
        writeLatencyMicros == null ? 0 : writeLatencyMicros);
  }
}
