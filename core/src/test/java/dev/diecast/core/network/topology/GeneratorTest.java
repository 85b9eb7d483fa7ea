package dev.diecast.core.network.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.Seeded;
import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.route.RouterGraph;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {

  private static Topology generate(String text) {
    return Generator.parse(text).generator().generate(LinkDefaults.STANDARD);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "star:5|6|5",
        "ring:20|20|20",
        "tree:3,2|13|12",
        "tree:1,4|5|4",
        "transit-stub:1,1,1,1|2|1",
      })
  void hasItsNodesAndLinks(String text, int nodes, int links) {
    Topology topology = generate(text);
    assertThat(topology.nodes()).hasSize(nodes);
    assertThat(topology.links()).hasSize(links);
  }

  @Test
  void transitStubIsConnectedWhateverItsSizes() {
    Seeded.forAll(
        200,
        random -> {
          TransitStub plan =
              new TransitStub(
                  1 + random.nextInt(4),
                  1 + random.nextInt(5),
                  1 + random.nextInt(4),
                  1 + random.nextInt(5),
                  random.nextLong());
          Topology topology = plan.generate(LinkDefaults.STANDARD);
          int transit = plan.transitDomains() * plan.transitNodes();
          assertThat(topology.nodes())
              .hasSize(transit * (1 + plan.stubsPerTransitNode() * plan.stubNodes()));
          RouterGraph graph = RouterGraph.of(topology);
          assertThat(graph.components(graph.allNodes(), new BitSet())).containsOnly(0);
          assertThat(plan.generate(LinkDefaults.STANDARD)).isEqualTo(topology);
        });
  }

  /** The digest was made once; another JVM that draws other numbers would give another. */
  @Test
  void theSameSeedGivesTheSameTopologyInEveryJvm() {
    CRC32 digest = new CRC32();
    digest.update(generate("transit-stub:4,5,7,7@42").toString().getBytes(StandardCharsets.UTF_8));
    assertThat(Long.toHexString(digest.getValue())).isEqualTo("a3383bd9");
    assertThat(generate("transit-stub:4,5,7,7@43"))
        .isNotEqualTo(generate("transit-stub:4,5,7,7@42"));
  }

  @Test
  void readsVirtualNodesAtEachPlace() {
    assertThat(Generator.parse("ring:20x20"))
        .isEqualTo(new Generator.Parsed(new Generator.Ring(20), 20));
    assertThat(Generator.parse("transit-stub:4,5,7,7x3@-9"))
        .isEqualTo(new Generator.Parsed(new TransitStub(4, 5, 7, 7, -9), 3));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ring",
        "ring:",
        "ring:2",
        "ring:a",
        "ring:3,4",
        "ring:3x0",
        "star:0",
        "tree:3",
        "tree:10,10",
        "mesh:3",
        "transit-stub:1,2,3",
        "transit-stub:100,100,100,100",
        "ring:99999",
        "transit-stub:0,1,1,1",
        "star:5 x5"
      })
  void refusesWhatItCannotMake(String text) {
    assertThatThrownBy(() -> generate(text)).isInstanceOf(TopologyException.class);
  }
}
