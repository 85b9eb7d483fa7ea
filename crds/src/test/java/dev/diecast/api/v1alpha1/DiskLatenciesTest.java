package dev.diecast.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.disk.LatencyFloor;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DiskLatenciesTest {
  private static TargetDisk disk(String name, Long read, Long write) {
    return new TargetDisk(name, new Quantity("1Gi"), null, null, null, null, read, write);
  }

  @Test
  void disksWithAFloorAreToldAndReadBack() {
    DiskLatencies latencies =
        DiskLatencies.of(
            List.of(disk("log", null, 100L), disk("data", 500L, 800L), disk("free", null, null)));
    assertThat(latencies.toText()).isEqualTo("data=500/800,log=0/100");
    assertThat(DiskLatencies.parse(latencies.toText())).isEqualTo(latencies);
    assertThat(latencies.byDisk())
        .isEqualTo(
            Map.of("data", LatencyFloor.ofMicros(500, 800), "log", LatencyFloor.ofMicros(0, 100)));
    assertThat(DiskLatencies.of(List.of(disk("free", null, null))).isEmpty()).isTrue();
  }

  @Test
  void whatIsNoLatencyIsRefused() {
    for (String text : List.of("", "data", "data=5", "data=5/", "Data=5/5", "data=-1/5")) {
      assertThatThrownBy(() -> DiskLatencies.parse(text))
          .hasMessageContaining("NAME=READ/WRITE in microseconds");
    }
  }
}
