package dev.diecast.standalone.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class NetworkProbeTest {
  private static final String PING =
      """
      PING b-0 (10.64.2.0): 56 data bytes

      --- b-0 ping statistics ---
      1000 packets transmitted, 897 packets received, 10% packet loss
      round-trip min/avg/max = 20.713/21.530/30.034 ms
      """;

  @Test
  void readsWhatPingSays() throws IOException {
    assertThat(NetworkProbe.leastRoundTripMicros(PING)).isEqualTo(20_713);
    assertThat(NetworkProbe.echoes(PING)).isEqualTo(897);
    assertThatThrownBy(
            () ->
                NetworkProbe.leastRoundTripMicros(
                    "2 packets transmitted, 0 packets received, 100% packet loss"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("no answer came back");
  }

  @Test
  void aStreamLosesItsHeadersToALink() {
    assertThat(NetworkProbe.PAYLOAD_OF_STREAM).isEqualTo(1448.0 / 1538);
  }

  @Test
  void theReceiversCountIsAStreamsGoodput() throws IOException {
    assertThat(
            NetworkProbe.goodputBitsPerSecond(
                """
                {"end": {"sum_sent": {"bits_per_second": 1e7},
                         "sum_received": {"bits_per_second": 9400000.5}}}
                """))
        .isEqualTo(9_400_000.5);
    assertThatThrownBy(() -> NetworkProbe.goodputBitsPerSecond("{\"error\": \"refused\"}"))
        .hasMessage("iperf3 measured nothing: {\"error\": \"refused\"}");
  }
}
