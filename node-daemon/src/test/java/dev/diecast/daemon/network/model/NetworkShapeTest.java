package dev.diecast.daemon.network.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.Engine;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.ethernet.IpAddress;
import dev.diecast.core.ethernet.MacAddress;
import dev.diecast.core.ethernet.Station;
import dev.diecast.core.network.assign.PipeHosts;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NetworkShapeTest {
  private static final ModelKey MODEL = new ModelKey("default", "shop");

  @Test
  void everyPartCountsAndOrderToo() {
    NetworkShape shape = shape(List.of(1L, 2L), "10", 1500, List.of("a", "b"), List.of(0, 1));
    assertThat(
            Stream.of(
                    shape.fingerprint(MODEL),
                    shape.fingerprint(new ModelKey("defaults", "hop")),
                    shape(List.of(2L, 1L), "10", 1500, List.of("a", "b"), List.of(0, 1))
                        .fingerprint(MODEL),
                    shape(List.of(1L, 2L), "5/2", 1500, List.of("a", "b"), List.of(0, 1))
                        .fingerprint(MODEL),
                    shape(List.of(1L, 2L), "10", 1400, List.of("a", "b"), List.of(0, 1))
                        .fingerprint(MODEL),
                    shape(List.of(1L, 2L), "10", 1500, List.of("ab", ""), List.of(0, 1))
                        .fingerprint(MODEL),
                    shape(List.of(1L, 2L), "10", 1500, List.of("a", "b"), List.of(1, 0))
                        .fingerprint(MODEL))
                .distinct())
        .hasSize(7);
  }

  @Test
  void anotherJavaVirtualMachineFindsTheSame() {
    assertThat(
            shape(List.of(1L, 2L), "10", 1500, List.of("a", "b"), List.of(0, 1)).fingerprint(MODEL))
        .isEqualTo(-8542586281154630039L);
  }

  private static NetworkShape shape(
      List<Long> ends, String factor, int mtu, List<String> hosts, List<Integer> hostOfVertex) {
    Station station =
        new Station(
            0, new MacAddress(0x02_00_00_00_00_01L), List.of(new IpAddress(0, 0x0a400001L)));
    return new NetworkShape(
        ends,
        List.of(station),
        DilationFactor.parse(factor),
        mtu,
        hosts,
        new PipeHosts(1, hostOfVertex),
        Optional.of(6490),
        Engine.Core);
  }
}
