package dev.diecast.daemon.network.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.api.resources.PipeGraphs;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.daemon.network.kernel.KernelPipe;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EndToEndPipesTest {
  private static final DilationFactor TWO = DilationFactor.parse("2");

  /** At T = 2: half the rate, twice the delay, that of the whole way. */
  @Test
  void aPipeForEachThatSends() {
    EmulatedNetwork network =
        PipeGraphs.emulated(
            TwoNodeGraph.ofThree(1, 16_000_000, 10_000_000, 30_000_000).getSpec(), TWO);
    var leaves = EndToEndPipes.towards(network, 2).leaves();
    assertThat(leaves).as("what is not marked, and one for each node").hasSize(4);
    assertThat(leaves.get(0).pipe()).isEqualTo(KernelPipe.NOTHING);
    assertThat(leaves.get(1).pipe().delayNanos()).isEqualTo(80_000_000);
    assertThat(leaves.get(1).pipe().bytesPerSecond()).isEqualTo(1_000_000);
    assertThat(leaves.get(2).pipe().delayNanos()).isEqualTo(60_000_000);
    assertThat(leaves.get(3).pipe()).as("to itself").isEqualTo(KernelPipe.NOTHING);
    assertThat(EndToEndPipes.towards(network, 2).otherwise()).isEqualTo(1);
    assertThat(EndToEndPipes.obstacle(network)).isEmpty();
  }

  @Test
  void whatTheKernelCannotIsSaid() {
    assertThat(
            EndToEndPipes.obstacle(
                PipeGraphs.emulated(TwoNodeGraph.of(1, 1, false, "h1").getSpec(), TWO)))
        .get()
        .asString()
        .contains("3 pipes", "EndToEnd", "engine Core");
    assertThat(
            EndToEndPipes.obstacle(
                PipeGraphs.emulated(TwoNodeGraph.ofKernel(1, 5, 1).getSpec(), TWO)))
        .get()
        .asString()
        .contains("8 at least");
    assertThatThrownBy(
            () ->
                KernelEngine.start(
                    ModelEngine.read(TwoNodeGraph.of(1, 1, false, "h1", "h2"), TWO, 1500)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("h1, h2")
        .hasMessageContaining("take Core");
  }
}
