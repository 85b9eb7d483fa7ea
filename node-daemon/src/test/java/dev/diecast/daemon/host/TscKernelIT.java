package dev.diecast.daemon.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.daemon.linux.TimeStampCounter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TscKernelIT {

  @Test
  void kvmAndTheCountAgree() throws Exception {
    assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "SKIPPED: no /dev/kvm here");
    long kvm;
    long before = descriptors();
    kvm = KvmTsc.kilohertz("/dev/kvm");
    assertThat(descriptors()).as("descriptors left open").isEqualTo(before);
    long counted;
    try (TimeStampCounter counter = TimeStampCounter.open()) {
      counted = TscCalibration.kilohertz(counter, Duration.ofSeconds(1));
    }
    System.out.println("TSC: KVM " + kvm + " kHz, counted " + counted + " kHz");
    assertThat((double) counted / kvm).isCloseTo(1, within(TscRate.AGREEMENT_PPM * 1e-6));
  }

  private static long descriptors() throws Exception {
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.count();
    }
  }
}
