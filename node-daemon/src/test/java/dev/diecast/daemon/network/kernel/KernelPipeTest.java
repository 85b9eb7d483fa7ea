package dev.diecast.daemon.network.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.pipe.HostPipe;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelPipeTest {

  /**
   * 10 Mbit/s and 10 ms at T = 10: 1 Mbit/s and 100 ms, in which 8.13 full frames are under way.
   */
  @Test
  void isInTheHostsFrame() {
    KernelPipe pipe =
        KernelPipe.of(
            HostPipe.of(
                new PipeAttributes(10_000_000, 10_000_000, 1_000_000, new QueueLimit.Packets(50)),
                DilationFactor.parse("10")));
    assertThat(pipe).isEqualTo(new KernelPipe(125_000, 100_000_000, 1_000_000, 50 + 1 + 9));
  }

  @Test
  void aQueueOfBytesIsOneOfFullFrames() {
    HostPipe pipe =
        new HostPipe(Rational.of(1_000_000), 0, 0, new QueueLimit.Bytes(10 * 1514), true);
    assertThat(KernelPipe.of(pipe).limitPackets()).isEqualTo(11);
  }

  @Test
  void whatIsDownLosesAll() {
    HostPipe pipe = new HostPipe(Rational.of(1_000_000), 0, 5, new QueueLimit.Packets(1), false);
    assertThat(KernelPipe.of(pipe).lossPartsPerBillion()).isEqualTo(1_000_000_000);
  }

  @Test
  void refusesWhatHtbCannotCount() {
    HostPipe pipe = new HostPipe(Rational.of(3), 0, 0, new QueueLimit.Packets(1), true);
    assertThatThrownBy(() -> KernelPipe.of(pipe))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("engine Core");
  }

  @Test
  void allElseHasOnePipeAtMost() {
    DeviceTree.Leaf all = DeviceTree.of(pipe()).leaves().getFirst();
    assertThatThrownBy(() -> new DeviceTree(List.of(all, all)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(DeviceTree.of(pipe()).otherwise()).isEqualTo(1);
    assertThat(
            new DeviceTree(List.of(new DeviceTree.Leaf(all.pipe(), List.of("10.0.0.1"))))
                .otherwise())
        .isZero();
  }

  private static HostPipe pipe() {
    return new HostPipe(Rational.of(1_000_000), 0, 0, new QueueLimit.Packets(20), true);
  }

  /** However it is written. */
  @Test
  void anAddressHasOnePipe() {
    KernelPipe pipe = new KernelPipe(125_000, 0, 0, 51);
    assertThatThrownBy(
            () ->
                new DeviceTree(
                    List.of(
                        new DeviceTree.Leaf(pipe, List.of("fddc::1")),
                        new DeviceTree.Leaf(pipe, List.of("fddc:0:0:0:0:0:0:1")))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("destination of two pipes");
  }
}
