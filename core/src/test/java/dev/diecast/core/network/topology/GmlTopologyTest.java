package dev.diecast.core.network.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.network.TestTopologies;
import dev.diecast.core.network.TopologyException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GmlTopologyTest {

  private static PipeAttributes edge(String attributes) {
    return graph(attributes).links().getFirst().forward();
  }

  private static Topology graph(String attributes) {
    return TestTopologies.read(
        "graph [ node [ id 0 ] node [ id 1 ]\nedge [ source 0 target 1\n" + attributes + " ] ]");
  }

  @Test
  void readsAGraphOfTheZoo() {
    Topology abilene = TestTopologies.read(TestTopologies.resource("Abilene.gml"));
    assertThat(abilene.name()).isEqualTo("Abilene");
    assertThat(abilene.nodes()).hasSize(11);
    assertThat(abilene.links()).hasSize(14);
    assertThat(abilene.notices()).isEmpty();
    assertThat(abilene.links())
        .allSatisfy(link -> assertThat(link.forward().bitsPerSecond()).isEqualTo(9_953_280_000L));
    // New York and Chicago: 1,145 km of great circle are 5.73 ms at 2/3 c.
    assertThat(abilene.names().find("New York").index()).isZero();
    assertThat(abilene.links().getFirst().forward().delayNanos() / 1e6)
        .isCloseTo(5.73, within(0.02));
  }

  @Test
  void handlesOdditiesAndSaysSo() {
    Topology odd = TestTopologies.read(TestTopologies.resource("oddities.gml"));
    assertThat(odd.name()).isEqualTo("Oddities");
    assertThat(odd.nodes())
        .extracting(TopologyNode::toString)
        .containsExactly(
            "0 (Zürich)", "1 (None)", "2 (None)", "3", "four", "-7 (negative)", "99 (alone)");
    assertThat(odd.links())
        .extracting(link -> link.forward().bitsPerSecond())
        .containsExactly(
            2_500_000_000L, 155_000_000L, 64_000L, 1_000_000_000L, 10_000_000L, 100_000_000L);
    Link set = odd.links().get(4);
    assertThat(set.forward())
        .isEqualTo(
            new PipeAttributes(10_000_000, 2_500_000, 10_000_000, new QueueLimit.Bytes(64_000)));
    assertThat(odd.links().get(5).forward().delayNanos()).isGreaterThan(1_000_000);
    assertThat(odd.notices())
        .anyMatch(notice -> notice.contains("line 15: the coordinates are not used"))
        .anyMatch(notice -> notice.contains("line 16: node 1 is there already (line 12)"))
        .anyMatch(notice -> notice.contains("line 18: the coordinates are not used"))
        .anyMatch(notice -> notice.contains("line 21: LinkSpeed is not used"))
        .anyMatch(notice -> notice.contains("line 22: the edge joins node 3 with itself"))
        .anyMatch(notice -> notice.contains("line 24: LinkSpeedRaw is not used"))
        .anyMatch(
            notice -> notice.startsWith("2 of 6 edges say no bandwidth, the first in line 21"))
        .anyMatch(notice -> notice.startsWith("2 of 6 edges have neither a delay nor coordinates"))
        .hasSize(8);
    assertThatThrownBy(() -> odd.names().find("None"))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("2 nodes have the label None: write an id, such as 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bitsPerSecond 64000|64000",
        "BANDWIDTH 1e6|1000000",
        "bandwidth \"2.5 Gbps\"|2500000000",
        "bandwidth \"10Mbit/s\"|10000000",
        "dbl_kbps 768|768000",
        "LinkSpeedRaw 10000000000.0|10000000000",
        "LinkSpeed \"45\" LinkSpeedUnits \"M\"|45000000",
        "LinkSpeed 34 LinkSpeedUnits \"K\"|34000",
        "LinkSpeedRaw 5 bandwidth 7000000|7000000",
        "LinkType \"OC-192\"|9953280000",
        "LinkType \"OC-192c\"|9953280000",
        "LinkType \"STM-16\" LinkSpeedRaw 5|5",
        "LinkType \"STM1\"|155520000",
        "LinkType \"E3\"|34368000",
        "LinkType \"T-1\"|1544000",
        "LinkType \"OC-0\"|100000000",
        "LinkType \"Ethernet\"|100000000",
        "label \"none\"|100000000",
      })
  void readsBandwidths(String attributes, long bitsPerSecond) {
    assertThat(edge(attributes).bitsPerSecond()).isEqualTo(bitsPerSecond);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "delayNanos 17|17",
        "delayMicros 1.5|1500",
        "delayMillis \"2\"|2000000",
        "delay \"250us\"|250000",
        "latency 3|3000000",
        "int_delayms 20|20000000",
        "delayMicros 3600000000|3600000000000",
        "delay 0|0",
      })
  void readsDelays(String attributes, long nanos) {
    assertThat(edge(attributes).delayNanos()).isEqualTo(nanos);
  }

  @Test
  void readsLossAndQueues() {
    assertThat(edge("loss 0.001").lossPartsPerBillion()).isEqualTo(1_000_000);
    assertThat(edge("loss \"2.5%\"").lossPartsPerBillion()).isEqualTo(25_000_000);
    assertThat(edge("lossPercent 100").lossPartsPerBillion()).isEqualTo(1_000_000_000);
    assertThat(edge("dbl_plr 0.5").lossPartsPerBillion()).isEqualTo(500_000_000);
    assertThat(edge("queue 10").queue()).isEqualTo(new QueueLimit.Packets(10));
    assertThat(edge("queue \"20 packets\"").queue()).isEqualTo(new QueueLimit.Packets(20));
    assertThat(edge("queueBytes 2000").queue()).isEqualTo(new QueueLimit.Bytes(2000));
    assertThat(edge("int_qlen 30").queue()).isEqualTo(new QueueLimit.Packets(30));
    assertThat(edge("bandwidth 2000000").queue()).isEqualTo(new QueueLimit.Packets(50));
    assertThat(edge("bandwidth 1e9").queue()).isEqualTo(new QueueLimit.Packets(4128));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bandwidth 0|line 3, column 1: bandwidth: a bandwidth of 0 bit/s: write 1 to"
            + " 100000000000000 bit/s",
        "bandwidth -5|line 3, column 1: bandwidth: a bandwidth of -5 bit/s",
        "bandwidth 0.25|bandwidth: a bandwidth of 0.25 bit/s",
        "bandwidth 1e9999|bandwidth: a bandwidth of 1E+9999 bit/s",
        "bandwidth \"10 Miles\"|\"10 Miles\" as a bandwidth has an unknown unit",
        "bandwidth \"fast\"|\"fast\" is not a bandwidth",
        "bandwidth [ ]|bandwidth: is a list",
        "delay -1|delay: a delay of -1000000 ns: write 0 to 3600000000000 ns",
        "delay \"61min\"|\"61min\" as a delay has an unknown unit: write ns, us, ms or s",
        "delayMicros 3600000001|delayMicros: a delay of 3600000001000 ns",
        "loss 1.5|loss: a loss of 1.5: write a ratio from 0 to 1",
        "loss -0.1|loss: a loss of -0.1",
        "queue 0|queue: a queue of 0 packets: write 1 to 1000000 packets",
        "queueBytes 1513|queueBytes: a queue of 1513 bytes: write 1514 to",
        "delayMicros \"x\"|delayMicros: is no number",
      })
  void refusesWithLineAndField(String attributes, String message) {
    assertThatThrownBy(() -> edge(attributes))
        .isInstanceOf(TopologyException.class)
        .hasMessageStartingWith("line 3, column 1: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "graph [ ]|the graph has no nodes",
        "graph [ node [ label \"a\" ] ]|line 1, column 9: this node has no id",
        "graph [ node 5 ]|line 1, column 9: node is no list",
        "graph [ node [ id 1 ] edge [ source 1 ] ]|line 1, column 23: this edge has no target",
        "graph [ node [ id 1 ] edge [ source 1 target 2 ] ]|the target of this edge is 2",
      })
  void refusesGraphsThatAreNone(String text, String message) {
    assertThatThrownBy(() -> TestTopologies.read(text))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining(message);
  }

  @Test
  void slowLinksAndLongDelaysAreNoted() {
    assertThat(graph("delayNanos 1 bandwidth 12303").notices())
        .containsExactly(
            "line 2: at 12303 bit/s a full frame of 12304 bits takes more than a second");
    assertThat(graph("delayNanos 1 bandwidth 12304").notices()).isEmpty();
    assertThat(graph("bandwidth 1e6 delay \"3600s\"").notices())
        .containsExactly("line 2: the delay is 3600 s: is its unit the right one?");
    assertThat(graph("bandwidth 1e6 delay 5").notices())
        .containsExactly("line 3: delay has no unit: read as milliseconds");
  }

  @Test
  void whatIsTakenByDefaultIsSaid() {
    assertThat(graph("label \"nothing said\"").notices())
        .containsExactly(
            "1 of 1 edges say no bandwidth, the first in line 2: access links are taken to have"
                + " 100000000 bit/s, transit links 1000000000 bit/s",
            "1 of 1 edges have neither a delay nor coordinates at both ends, the first in line 2:"
                + " access links are taken to have 1000 us, transit links 5000 us");
    assertThat(new Generator.Ring(5).generate(LinkDefaults.STANDARD).notices()).isEmpty();
  }

  @Test
  void defaultsFollowTheClassOfALink() {
    Topology line =
        TestTopologies.read(
            "graph [ node [ id 0 ] node [ id 1 ] node [ id 2 ] node [ id 3 type \"stub\" ] edge ["
                + " source 0 target 1 ] edge [ source 1 target 2 ] edge [ source 2 target 3 ] edge"
                + " [ source 3 target 1 ] edge [ source 1 target 0 ]]");
    assertThat(line.links())
        .extracting(link -> link.forward().bitsPerSecond() / 1_000_000)
        .containsExactly(100L, 1000L, 100L, 100L, 100L);
  }

  @Test
  void inADirectedGraphOppositeEdgesAreOneLink() {
    Topology directed =
        TestTopologies.read(
            "graph [ directed 1 node [ id 0 ] node [ id 1 ] node [ id 2 ]\n"
                + "edge [ source 0 target 1 bandwidth 1000000 ]\n"
                + "edge [ source 1 target 0 bandwidth 2000000 ]\n"
                + "edge [ source 1 target 2 bandwidth 3000000 ] ]");
    assertThat(directed.links()).hasSize(2);
    assertThat(directed.links().get(0).forward().bitsPerSecond()).isEqualTo(1_000_000);
    assertThat(directed.links().get(0).backward().bitsPerSecond()).isEqualTo(2_000_000);
    assertThat(directed.links().get(1).backward().bitsPerSecond()).isEqualTo(3_000_000);
    assertThat(directed.notices())
        .hasSize(2)
        .first()
        .asString()
        .startsWith("line 4: the graph is directed and nothing leads back from 2 to 1");
  }

  @Test
  void aMillionEdgesAreRefusedWhereTheLimitIs() {
    StringBuilder text = new StringBuilder("graph [\nnode [ id 0 ]\nnode [ id 1 ]\n");
    text.repeat("edge [ source 0 target 1 ]\n", 1_000_000).append("]");
    assertThatThrownBy(() -> TestTopologies.read(text))
        .isInstanceOf(TopologyException.class)
        .hasMessage("line 200004, column 1: more than 200000 edges: no more are handled");
  }
}
