package dev.diecast.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * One disk of a node, host frame: bytes and operations per host second, microseconds of host time.
 *
 * @param device the block device that is throttled, {@code major:minor}; absent where none is
 * @param due what T gives the disk, r/T and l*T
 * @param applied what was read back from the kernel; where disks share a device, what they share
 * @param delivered what the device did for the VM, of all its disks there
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record DiskStatus(
    @JsonPropertyDescription("Name of the disk in the target machine.")
        @Required
        @Size(min = 1, max = 40)
        String name,
    @JsonPropertyDescription("Block device that is throttled, major:minor.") @Size(max = 24)
        String device,
    @JsonPropertyDescription("What T gives the disk, host frame.") Rates due,
    @JsonPropertyDescription("What the kernel holds the device to, host frame.") Rates applied,
    @JsonPropertyDescription("What the device did for this VM since it was throttled.")
        Delivered delivered) {

  /** Absent where there is no limit, or no floor. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Rates(
      @JsonPropertyDescription("Bytes read per second of host time.") Long readBytesPerSecond,
      @JsonPropertyDescription("Bytes written per second of host time.") Long writeBytesPerSecond,
      @JsonPropertyDescription("Reads per second of host time.") Long readIops,
      @JsonPropertyDescription("Writes per second of host time.") Long writeIops,
      @JsonPropertyDescription("Least time of a read, microseconds of host time.")
          Long readLatencyMicros,
      @JsonPropertyDescription("Least time of a write, microseconds of host time.")
          Long writeLatencyMicros) {
    public static final Rates NONE = new Rates(null, null, null, null, null, null);
  }

  /** Totals. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Delivered(
      @JsonPropertyDescription("Bytes read.") Long readBytes,
      @JsonPropertyDescription("Bytes written.") Long writtenBytes,
      @JsonPropertyDescription("Reads.") Long reads,
      @JsonPropertyDescription("Writes.") Long writes,
      @JsonPropertyDescription("When, host time, RFC 3339 UTC.") @Size(max = 64)
          String measuredAt) {
    public static final Delivered NONE = new Delivered(null, null, null, null, null);
  }
}
