package dev.diecast.core.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Seeded;
import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.TestTopologies;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.distill.Distillation;
import dev.diecast.core.network.distill.DistilledNetwork;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmulatedNetworkTest {

  /** Whatever is down, a number is the same pipe, and routes are those of the network as it is. */
  @Test
  void pipesKeepTheirNumbersWhateverIsDown() {
    Seeded.forAll(
        60,
        random -> {
          AttachedNetwork network = TestTopologies.randomNetwork(random);
          BitSet down = new BitSet();
          network
              .topology()
              .links()
              .forEach(link -> down.set(link.index(), random.nextInt(5) == 0));
          for (String mode : List.of("hop-by-hop", "end-to-end", "walk-in:1", "walk-out:1,1")) {
            DistilledNetwork intact = Distillation.parse(mode).distill(network);
            EmulatedNetwork whole =
                EmulatedNetwork.of(intact, new BitSet(), DilationFactor.NONE, List.of());
            EmulatedNetwork damaged =
                EmulatedNetwork.of(intact, down, DilationFactor.NONE, List.of());
            assertThat(damaged.pipes().stream().map(Pipe::from).toList())
                .isEqualTo(whole.pipes().stream().map(Pipe::from).toList());
            DistilledNetwork truth = intact.withLinksDown(down);
            List<Pipe> inUse = new ArrayList<>();
            truth.forEachPipe(inUse::add);
            assertThat(damaged.pipes()).containsAll(inUse);
            for (int from = 0; from < network.virtualNodes().size(); from++) {
              for (int to = 0; to < network.virtualNodes().size(); to++) {
                assertThat(damaged.routing().route(from, to).orElse(new int[0]))
                    .isEqualTo(truth.pipeNumbers(from, to).orElse(new int[0]));
              }
            }
          }
        });
  }
}
