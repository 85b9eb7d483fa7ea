package dev.diecast.standalone.cli.topology;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.diecast.standalone.cli.Main;
import dev.diecast.standalone.cli.session.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopologyCommandTest {
  private static final String TRIANGLE =
      """
      graph [ label "Triangle"
        node [ id 0 label "A" ] node [ id 1 label "B \\"quoted" ] node [ id 2 label "C" ] node [ id 3 label "D" ]
        edge [ source 0 target 1 bandwidth "10Mbit/s" delay "5ms" ]
        edge [ source 1 target 2 bandwidth "10Mbit/s" delay "5ms" ]
        edge [ source 2 target 0 bandwidth "10Mbit/s" delay "5ms" ]
      ]
      """
          .replace("\\\"", "&quot;");

  @TempDir private Path directory;
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  /** What the command prints. */
  private record Run(int exit, String out, String errors) {}

  private Run run(String... words) {
    PrintStream standard = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      int exit = Main.commandLine(new PrintStream(errors)).execute(words);
      return new Run(
          exit, out.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(standard);
    }
  }

  private Run topology(String text, String... options) throws IOException {
    Path file = Files.writeString(directory.resolve("graph.gml"), text);
    List<String> words = new ArrayList<>(List.of("topology", file.toString()));
    words.addAll(List.of(options));
    return run(words.toArray(String[]::new));
  }

  private static JsonNode json(Run run) throws IOException {
    return JsonMapper.builder().build().readTree(run.out());
  }

  @Test
  void printsTheWholeReportAsJson() throws IOException {
    JsonNode report =
        json(
            topology(
                TRIANGLE,
                "--attach=web=4@A,1,C,D",
                "--distill=walk-in:1",
                "--hosts=2",
                "--factor=10",
                "-o=json"));
    assertThat(report.at("/topology/name").asText()).isEqualTo("Triangle");
    assertThat(report.at("/topology/linkBitsPerSecond/guestMost").asDouble()).isEqualTo(1e7);
    assertThat(report.at("/topology/linkBitsPerSecond/hostMost").asDouble()).isEqualTo(1e6);
    assertThat(report.at("/topology/linkDelayMicros/hostLeast").asDouble()).isEqualTo(50_000);
    assertThat(report.at("/islands").size()).isEqualTo(2);
    assertThat(report.at("/islands/0").asText()).isEqualTo("web-0, web-1, web-2");
    assertThat(report.at("/distillation/undirectedPipes").asInt()).isEqualTo(4 + 3);
    assertThat(report.at("/distillation/longestPathPipes").asInt()).isEqualTo(3);
    assertThat(report.at("/error/flows").asInt()).isEqualTo(6);
    assertThat(report.at("/error/pathDelayMicros/greatest").asDouble()).isZero();
    assertThat(report.at("/assignment/hosts").size()).isEqualTo(2);
    assertThat(report.at("/assignment/nodes/3/attachedTo").asText()).isEqualTo("3 (D)");
  }

  @Test
  void printsThePublishedRing() throws IOException {
    JsonNode report =
        json(run("topology", "--generate=ring:20x20", "--distill=end-to-end", "-o=json"));
    assertThat(report.at("/topology/virtualNodes").asInt()).isEqualTo(400);
    assertThat(report.at("/distillation/undirectedPipes").asInt()).isEqualTo(79_800);
  }

  @Test
  void printsBothFramesForPeople() throws IOException {
    Run run = topology(TRIANGLE, "--factor=10", "--hosts=2");
    assertThat(run.exit()).isEqualTo(ExitCode.OK);
    assertThat(run.out())
        .contains("(Triangle): 4 nodes, 3 links, 4 virtual nodes")
        .contains("islands: nodes of different ones cannot reach each other")
        .containsPattern("bandwidth of links +10 Mbit/s +1 Mbit/s")
        .containsPattern("delay of links +5 ms +50 ms")
        .contains("of all steps between pipes lead to another host");
  }

  @Test
  void drawsThePipeGraph() throws IOException {
    assertThat(topology(TRIANGLE, "-o=dot").out())
        .startsWith("digraph diecast {")
        .contains("v1 [label=\"1 (B \\\"quoted)\"];")
        .contains("v0 -> v1 [label=\"10 Mbit/s 5 ms\"];")
        .endsWith("}\n");
  }

  @Test
  void filesInLatin1AreReadToo() throws IOException {
    Path file = directory.resolve("latin1.gml");
    Files.write(
        file, "graph [ node [ id 0 label \"Zürich\" ] ]".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(run("topology", file.toString(), "--attach=n=Zürich").exit()).isEqualTo(ExitCode.OK);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "graph [ node [ id 0 ]|graph.gml: line 1, column 22: the text ends within graph",
        "graph [ node [ id 0 ] edge [ source 0 target 9 ] ]|graph.gml: line 1, column 1: the target of this edge is 9",
        "graph [ ]|graph.gml: the graph has no nodes",
      })
  void aFileThatIsNoTopologyIsRefusedWithItsLine(String text, String message) throws IOException {
    Run run = topology(text);
    assertThat(run.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.errors()).contains(message);
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "topology|write a FILE or --generate",
        "topology x.gml --generate ring:3|write a FILE or --generate",
        "topology no-such.gml|no-such.gml: no such file",
        "topology /|/: is no file that can be read",
        "topology --generate ring:1|--generate: nodes of a ring",
        "topology --generate ring:3 --attach web|--attach: \"web\" is no attachment",
        "topology --generate ring:3 --attach web=r9|--attach: group web cannot be attached",
        "topology --generate ring:3 --distill walk-in:0|--distill: walk-in of 0 hops",
        "topology --generate ring:3 --hosts 65|--hosts: must be 1 to 64",
        "topology --generate ring:3 --factor 0|--factor: a time dilation factor of 0",
        "topology --generate ring:3 --access-link 0|--access-link: a bandwidth of 0 bit/s",
        "topology --generate ring:3 --default-transit 1,1,1,1,1|--default-transit: \"1,1,1,1,1\" has more",
        "topology --generate ring:3 --default-access 1Mbit/s,5|--default-access: \"5\" as a delay has an unknown unit",
        "topology --generate ring:20001|--attach: 1 at each place are 20001 nodes",
        "topology --generate ring:20x20 --distill end-to-end -o dot|-o dot: 159600 pipes are more",
        "bench distill --virtual-nodes 0|--virtual-nodes: group node has 0 nodes",
        "bench distill --modes x|--modes: \"x\" is no distillation",
        "bench distill --generate x|--generate: \"x\" is no generator",
        "bench distill --hosts 0|--hosts: must be 1 to 64",
      })
  void badOptionsAreNamed(String words, String message) {
    Run run = run(words.split(" "));
    assertThat(run.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.errors()).contains("diecast: " + message);
  }

  @Test
  void theBenchReportsEachMode() throws IOException {
    Run run =
        run(
            "bench",
            "distill",
            "--generate=transit-stub:2,2,2,3",
            "--virtual-nodes=60",
            "--hosts=2",
            "-o=json");
    // On a machine that is busy enough the goal may be missed: that is no error of the report.
    assertThat(run.exit()).isIn(ExitCode.OK, ExitCode.FAILED);
    JsonNode report = json(run);
    assertThat(report.at("/bench").asText()).isEqualTo("distill");
    assertThat(report.at("/routers").asInt()).isEqualTo(28);
    assertThat(report.at("/results").size()).isEqualTo(5);
    assertThat(report.at("/results/1/undirectedPipes").asInt()).isEqualTo(60 * 59 / 2);
    assertThat(report.at("/results"))
        .allSatisfy(result -> assertThat(result.at("/peakHeapBytes").asLong()).isPositive());
  }
}
