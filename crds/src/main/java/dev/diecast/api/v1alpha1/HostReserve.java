package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** Per cent of each resource of a host that stays unplanned. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record HostReserve(
    @JsonPropertyDescription("Per cent of the host's CPU.") @Default("10") @Min(0) @Max(90)
        Integer cpuPercent,
    @JsonPropertyDescription("Per cent of the host's memory.") @Default("10") @Min(0) @Max(90)
        Integer memoryPercent,
    @JsonPropertyDescription("Per cent of the host's disk throughput, IOPS and space.")
        @Default("10")
        @Min(0)
        @Max(90)
        Integer diskPercent,
    @JsonPropertyDescription("Per cent of the host's network bandwidth.")
        @Default("10")
        @Min(0)
        @Max(90)
        Integer nicPercent) {

  /** Per cent that stays free where a model does not say. */
  public static final int DEFAULT_PERCENT = 10;

  /** The reserve of a model that names none. */
  public static final HostReserve DEFAULT = new HostReserve(null, null, null, null);

  /** Per cent of the host's CPU. */
  public int cpu() {
    return orDefault(cpuPercent);
  }

  /** Per cent of the host's memory. */
  public int memory() {
    return orDefault(memoryPercent);
  }

  /** Per cent of the host's disk throughput, IOPS and space. */
  public int disk() {
    return orDefault(diskPercent);
  }

  /** Per cent of the host's network bandwidth. */
  public int nic() {
    return orDefault(nicPercent);
  }

  private static int orDefault(Integer percent) {
    return percent == null ? DEFAULT_PERCENT : percent;
  }
}
