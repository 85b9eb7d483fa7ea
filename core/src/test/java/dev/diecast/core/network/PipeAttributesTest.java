package dev.diecast.core.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PipeAttributesTest {

  @Test
  void aPathIsAsNarrowAsItsNarrowestPipeAndAsLongAsAllTogether() {
    PipeAttributes wide = new PipeAttributes(20, 3, 500_000_000, new QueueLimit.Packets(7));
    PipeAttributes narrow = new PipeAttributes(10, 4, 100_000_000, new QueueLimit.Bytes(2000));
    PipeAttributes both = new PipeAttributes(10, 7, 550_000_000, new QueueLimit.Bytes(2000));
    assertThat(wide.then(narrow)).isEqualTo(both);
    assertThat(narrow.then(wide)).isEqualTo(both);
  }

  @Test
  void lossInSeriesIsExactAtItsEnds() {
    assertThat(Loss.inSeries(0, 0)).isZero();
    assertThat(Loss.inSeries(0, 17)).isEqualTo(17);
    assertThat(Loss.inSeries(17, 0)).isEqualTo(17);
    assertThat(Loss.inSeries(1_000_000_000, 3)).isEqualTo(1_000_000_000);
    assertThat(Loss.inSeries(10_000_000, 10_000_000)).isEqualTo(19_900_000);
  }

  @Test
  void refusesWhatNoPipeCanBe() {
    QueueLimit queue = QueueLimit.DEFAULT;
    refused(() -> new PipeAttributes(0, 0, 0, queue), "a bandwidth of 0 bit/s");
    refused(() -> new PipeAttributes(-1, 0, 0, queue), "a bandwidth of -1 bit/s");
    refused(() -> new PipeAttributes(1, -1, 0, queue), "a delay of -1 ns");
    refused(() -> new PipeAttributes(1, 0, -1, queue), "a loss of -1");
    refused(() -> new PipeAttributes(1, 0, 1_000_000_001, queue), "a loss of 1000000001");
    refused(() -> new QueueLimit.Packets(0), "a queue of 0 packets: write 1 to");
    refused(() -> new QueueLimit.Bytes(1513), "a queue of 1513 bytes: write 1514");
    refused(() -> new Pipe(-1, 0, 1, new PipeAttributes(1, 0, 0, queue)), "count from 0");
  }

  private static void refused(Runnable maker, String message) {
    assertThatThrownBy(maker::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
