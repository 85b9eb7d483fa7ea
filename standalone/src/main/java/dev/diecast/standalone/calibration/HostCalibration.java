package dev.diecast.standalone.calibration;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.diecast.core.Rational;
import dev.diecast.core.cpu.SwitchLoss;
import dev.diecast.standalone.qemu.Accelerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The file {@code $XDG_CONFIG_HOME/diecast/host.json}, else {@code ~/.config/diecast/host.json}:
 * what {@code ./diecast bench cpu --calibrate} measured. Whoever starts a daemon hands it over.
 *
 * @param switchLossTcgMicros as {@link SwitchLoss#parse} reads it; null where not measured
 * @param switchLossKvmMicros the same of vCPUs under KVM
 * @param measuredAt RFC 3339 UTC
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostCalibration(
    String switchLossTcgMicros, String switchLossKvmMicros, String measuredAt) {

  public static final HostCalibration NONE = new HostCalibration(null, null, null);

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * @throws IllegalArgumentException where the file is there and cannot be used; with the mend
   */
  public static HostCalibration read(Path file) {
    if (!Files.exists(file)) {
      return NONE;
    }
    try {
      HostCalibration read = JSON.readValue(Files.readString(file), HostCalibration.class);
      read.losses(read.switchLossTcgMicros);
      read.losses(read.switchLossKvmMicros);
      return read;
    } catch (JsonProcessingException e) {
      throw unusable(file, e.getOriginalMessage(), e);
    } catch (IOException | IllegalArgumentException e) {
      throw unusable(file, e.getMessage(), e);
    }
  }

  private static IllegalArgumentException unusable(Path file, String why, Exception cause) {
    return new IllegalArgumentException(
        "%s: %s: delete it, and measure anew by ./diecast bench cpu --calibrate"
            .formatted(file, why),
        cause);
  }

  private Optional<SwitchLoss> losses(String text) {
    return Optional.ofNullable(text).map(SwitchLoss::parse);
  }

  /**
   * The same with new measurements in place of older ones at the same slowdown.
   *
   * @param accelerator of the guests that were measured
   * @param microsBySlowdown per period, as {@link SwitchLoss} has them
   */
  public HostCalibration with(
      Accelerator accelerator, Map<Rational, Long> microsBySlowdown, Instant now) {
    boolean kvm = accelerator == Accelerator.KVM;
    String before = kvm ? switchLossKvmMicros : switchLossTcgMicros;
    String after =
        losses(before)
            .map(loss -> loss.with(microsBySlowdown))
            .orElseGet(() -> SwitchLoss.ofMeasured(microsBySlowdown))
            .toString();
    return new HostCalibration(
        kvm ? switchLossTcgMicros : after,
        kvm ? after : switchLossKvmMicros,
        now.truncatedTo(ChronoUnit.SECONDS).toString());
  }

  /** As a whole or not at all. */
  public void write(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(next, JSON.writeValueAsString(this) + "\n");
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Environment variables by which a node daemon is told. */
  public Map<String, String> environment() {
    Map<String, String> environment = new TreeMap<>();
    if (switchLossTcgMicros != null) {
      environment.put("DIECAST_SWITCH_LOSS_TCG_MICROS", switchLossTcgMicros);
    }
    if (switchLossKvmMicros != null) {
      environment.put("DIECAST_SWITCH_LOSS_KVM_MICROS", switchLossKvmMicros);
    }
    return environment;
  }
}
