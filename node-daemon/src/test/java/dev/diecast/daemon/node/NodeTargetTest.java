package dev.diecast.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.core.Rational;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeTargetTest {
  private static final String NODE =
      """
      metadata: {name: m-web-0, namespace: default, uid: u, generation: 1}
      spec:
        model: m
        group: web
        index: 0
        host: n1
        timeDilation:
          {factor: "%s", driver: GuestKernel, modelClockOrigin: "2026-11-22T10:00:00Z"}
        %s
        machine: {cpus: 2, relativeSpeed: "%s", memory: 128Mi}
      """;

  /** A machine of c cores of speed s gets c*s/(T*h) cores of a host of speed h. */
  @ParameterizedTest
  @CsvSource({
    "10, '', 1, 1/5, 1/10",
    "10, 'hostRelativeSpeed: \"1.25\"', 1, 4/25, 2/25",
    "10, 'hostRelativeSpeed: \"4/5\"', 1, 1/4, 1/8",
    "2, 'hostRelativeSpeed: \"5/4\"', 5/2, 2, 1",
  })
  void aFasterHostGivesLessOfEachCore(
      String factor, String host, String speed, String due, String vcpuDue) {
    NodeTarget target =
        NodeTarget.of(
            Serialization.unmarshal(NODE.formatted(factor, host, speed), DilatedNode.class));
    assertThat(target.due()).isEqualTo(Rational.parse(due));
    assertThat(target.vcpuDue()).isEqualTo(Rational.parse(vcpuDue));
    assertThat(target.cap().cores()).as("of each vCPU").isEqualTo(Rational.parse(vcpuDue));
  }
}
