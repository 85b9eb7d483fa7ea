package dev.diecast.daemon.host;

import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.linux.SystemCalls;
import dev.diecast.daemon.linux.TimeStampCounter;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the TSC rate by every means the host allows. */
final class TscProbe {
  // Not Quarkus' logger: the command line asks for the same facts.
  private static final System.Logger LOG = System.getLogger(TscProbe.class.getName());
  private static final Duration CALIBRATION = Duration.ofSeconds(1);
  private static final Pattern BOOT_LINE =
      Pattern.compile("tsc: (Detected|Refined TSC clocksource calibration:) (\\d+)\\.(\\d{3}) MHz");

  private TscProbe() {}

  /** Takes about a second; empty where none of the means works. */
  static Optional<TscRate> measure() throws InterruptedException {
    OptionalLong kvm = kvm();
    OptionalLong calibrated = calibrated();
    OptionalLong kernel = calibrated.isPresent() ? OptionalLong.empty() : kernelLog();
    Optional<TscRate> chosen = TscRate.choose(kvm, calibrated, kernel);
    LOG.log(
        System.Logger.Level.INFO,
        "TSC rate in kHz: KVM %s, calibrated %s, chosen %s"
            .formatted(text(kvm), text(calibrated), chosen.map(TscRate::toString).orElse("none")));
    return chosen;
  }

  private static OptionalLong kvm() {
    try {
      return OptionalLong.of(KvmTsc.kilohertz("/dev/kvm"));
    } catch (SystemCallException e) {
      LOG.log(System.Logger.Level.INFO, "KVM does not tell the TSC rate: " + e.getMessage());
      return OptionalLong.empty();
    }
  }

  private static OptionalLong calibrated() throws InterruptedException {
    try (TimeStampCounter counter = TimeStampCounter.open()) {
      return OptionalLong.of(TscCalibration.kilohertz(counter, CALIBRATION));
    } catch (SystemCallException | UnsupportedOperationException e) {
      LOG.log(System.Logger.Level.INFO, "the TSC cannot be counted here: " + e.getMessage());
      return OptionalLong.empty();
    }
  }

  private static OptionalLong kernelLog() {
    try {
      return fromKernelLog(SystemCalls.kernelLog());
    } catch (SystemCallException e) {
      LOG.log(System.Logger.Level.INFO, "the kernel's log cannot be read: " + e.getMessage());
      return OptionalLong.empty();
    }
  }

  /** The last such line counts: the refined calibration comes after the detected rate. */
  static OptionalLong fromKernelLog(String log) {
    Matcher line = BOOT_LINE.matcher(log);
    OptionalLong last = OptionalLong.empty();
    while (line.find()) {
      last = OptionalLong.of(Long.parseLong(line.group(2)) * 1000 + Long.parseLong(line.group(3)));
    }
    return last;
  }

  private static String text(OptionalLong value) {
    return value.isPresent() ? Long.toString(value.getAsLong()) : "unknown";
  }
}
