package dev.diecast.standalone.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.standalone.cli.CommandLineRun;
import dev.diecast.standalone.cli.Main;
import dev.diecast.standalone.cli.session.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Against hosts of a file: no cluster, no machine's own facts. */
class PlanCommandTest {
  private static final String HOST =
      """
      apiVersion: diecast.dev/v1alpha1
      kind: DilationHost
      metadata: {name: %s}
      status:
        capacity: {cpu: "%s", memory: 8Gi}
        overheadPerNode: {cpu: 20m, memory: 128Mi}
        tsc: {kilohertz: 2900000, source: KVM}
        drivers: [{name: GuestKernel, available: true}]
        conditions: [{type: Ready, status: "True", reason: FactsKnown}]
      """;

  private static final String MODEL =
      """
      apiVersion: diecast.dev/v1alpha1
      kind: ScaleModel
      metadata: {name: %s}
      spec:
        timeDilation: {factor: "%s"}
        groups:
        - name: web
          replicas: 4
          machine:
            cpus: 1
            memory: 1Gi
            nic: {bitsPerSecond: 100M}
            disks: [{name: data, capacity: 1Gi, readBytesPerSecond: 50M, writeBytesPerSecond: 50M}]
          vm:
            instancetype: {name: small}
            image: registry.example.com/guests/base:bookworm
      """;

  private static final String SMALL =
      """
      ---
      apiVersion: instancetype.kubevirt.io/v1beta1
      kind: VirtualMachineClusterInstancetype
      metadata: {name: small}
      spec: {cpu: {guest: %s}, memory: {guest: 1Gi}}
      """;

  @TempDir private Path directory;

  private CommandLineRun plan(String hosts, String models, String... options) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "plan",
                Files.writeString(directory.resolve("models.yaml"), models).toString(),
                "--hosts",
                Files.writeString(directory.resolve("hosts.yaml"), hosts).toString()));
    words.addAll(List.of(options));
    return CommandLineRun.of(Main::commandLine, words);
  }

  private static String host(String name, int cpus) {
    return HOST.formatted(name, cpus);
  }

  private static String model(String name, String factor) {
    return MODEL.formatted(name, factor);
  }

  @Test
  void saysWhereEveryNodeGoesInBothFrames() throws IOException {
    CommandLineRun run =
        plan(host("w1", 2), model("shop", "10") + SMALL.formatted(1), "-o", "json");
    assertThat(run.exit()).as(run.errors()).isEqualTo(ExitCode.OK);
    JsonNode model = run.json().at("/models/0");
    assertThat(model.at("/timeDilationFactor").asText()).isEqualTo("10");
    assertThat(model.at("/driver").asText()).isEqualTo("GuestKernel");
    assertThat(model.at("/nodes")).hasSize(4);
    JsonNode node = model.at("/nodes/3");
    assertThat(node.at("/name").asText()).isEqualTo("shop-web-3");
    assertThat(node.at("/host").asText()).isEqualTo("w1");
    assertThat(node.at("/guest/cpuCores").asDouble()).isEqualTo(1);
    assertThat(node.at("/due/cpuCores").asDouble()).isEqualTo(0.1);
    assertThat(node.at("/guest/nicBitsPerSecond").asLong()).isEqualTo(100_000_000);
    assertThat(node.at("/due/nicBitsPerSecond").asLong()).isEqualTo(10_000_000);
    assertThat(node.at("/guest/diskBytesPerSecond").asLong()).isEqualTo(100_000_000);
    assertThat(node.at("/due/diskBytesPerSecond").asLong()).isEqualTo(10_000_000);
    assertThat(node.at("/due/memoryBytes").asLong()).isEqualTo(1L << 30);
    // 4 x (1/10 + 20m) of 2 cores less 10 %; 4 x (1 GiB + 128 MiB) of 8 GiB less 10 %.
    JsonNode cpu = model.at("/hosts/0/resources/0");
    assertThat(cpu.at("/used").asDouble()).isEqualTo(0.48);
    assertThat(cpu.at("/available").asDouble()).isEqualTo(1.8);
    assertThat(cpu.at("/headroom").asDouble()).isEqualTo(1.32);
    assertThat(cpu.at("/binds").asBoolean()).isFalse();
    JsonNode memory = model.at("/hosts/0/resources/1");
    assertThat(memory.at("/percent").asInt()).isEqualTo(63);
    assertThat(memory.at("/binds").asBoolean()).isTrue();
    assertThat(model.at("/plan/binding/resource").asText()).isEqualTo("memory");
  }

  @Test
  void autoSaysWhyNoSmallerFactorWouldDo() throws IOException {
    CommandLineRun run = plan(host("w1", 2), model("shop", "auto") + SMALL.formatted(1));
    assertThat(run.exit()).as(run.errors()).isEqualTo(ExitCode.OK);
    // 4/T + 4 x 20m <= 1.8, hence T = 2.4.
    assertThat(run.out())
        .contains("T = 12/5, the smallest at which they fit")
        .contains("No smaller T: at T = 2.3, cpu: all nodes together need")
        .contains("shop-web-3  w1    1 x 1")
        .contains("binds");
  }

  @Test
  void whatDoesNotFitIsRefusedAsTheOperatorWould() throws IOException {
    CommandLineRun run = plan(host("w1", 1), model("shop", "1") + SMALL.formatted(1));
    assertThat(run.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.errors())
        .contains("ScaleModel default/shop would be refused: DoesNotFit: at T = 1, cpu: all nodes")
        .contains("would do");
    CommandLineRun json =
        plan(host("w1", 1), model("shop", "1") + SMALL.formatted(1), "-o", "json");
    assertThat(json.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(json.json().at("/fits").asBoolean(true)).isFalse();
    assertThat(json.json().at("/models/0/reason").asText()).isEqualTo("DoesNotFit");
  }

  @Test
  void theSecondModelStandsBesideTheFirst() throws IOException {
    String both = model("one", "3") + "---\n" + model("two", "3") + SMALL.formatted(1);
    CommandLineRun apart = plan(host("w1", 2), both, "-o", "json");
    assertThat(apart.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(apart.json().at("/models/0/fits").asBoolean()).isTrue();
    assertThat(apart.json().at("/models/1/message").asText()).contains("other models hold");

    CommandLineRun together = plan(host("w1", 2) + "---\n" + host("w2", 2), both, "-o", "json");
    assertThat(together.exit()).as(together.errors()).isEqualTo(ExitCode.OK);
    assertThat(together.json().at("/models/1/hosts/0/resources/0/heldByOthers").asDouble())
        .isPositive();
  }

  @Test
  void takesWhatKubectlPrints() throws IOException {
    String item = host("w1", 2).indent(2).replaceFirst("^  ", "- ");
    CommandLineRun run =
        plan(
            "apiVersion: v1\nkind: List\nmetadata: {resourceVersion: \"\"}\nitems:\n" + item,
            model("shop", "10") + SMALL.formatted(1));
    assertThat(run.exit()).as(run.errors()).isEqualTo(ExitCode.OK);
  }

  @Test
  void anInstancetypeThatIsNotInTheFileIsNotCompared() throws IOException {
    CommandLineRun run = plan(host("w1", 2), model("shop", "10"));
    assertThat(run.exit()).as(run.errors()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).contains("VirtualMachineClusterInstancetype small is not in the file");

    CommandLineRun other = plan(host("w1", 2), model("shop", "10") + SMALL.formatted(2));
    assertThat(other.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(other.errors())
        .contains("UnknownInstancetype: spec.groups[0].machine.cpus: is 1, but")
        .contains("small has 2: make them the same");
  }

  @Test
  void aNetworkIsSummedUp() throws IOException {
    CommandLineRun run =
        plan(
            host("w1", 2),
            model("shop", "10")
                    .replace("  groups:", "  network: {topology: {generate: 'ring:5'}}\n  groups:")
                + SMALL.formatted(1),
            "-o",
            "json");
    assertThat(run.exit()).as(run.errors()).isEqualTo(ExitCode.OK);
    assertThat(run.json().at("/models/0/network/pipes").asInt()).isPositive();
    assertThat(run.json().at("/models/0/network/graph").isMissingNode()).isTrue();
  }

  static Stream<Arguments> bad() {
    String fits = model("shop", "10") + SMALL.formatted(1);
    return Stream.of(
        arguments(host("w1", 2), model("shop", "0"), "spec.timeDilation.factor"),
        arguments(host("w1", 2), fits.replace("replicas", "replica"), "spec.groups[0].replica"),
        arguments(host("w1", 2), "kind: [", "is not YAML"),
        arguments("", fits, "--hosts: ", "holds no DilationHost"),
        arguments("kind: Node\n", fits, "expected apiVersion diecast.dev/v1alpha1, kind Dil"),
        arguments(host("w1", 2).replace("{name: w1}", "{}"), fits, "metadata.name: missing"),
        arguments(host("w1", 2).replace("capacity", "capacities"), fits, "status.capacity"),
        arguments(
            host("w1", 2).replace("8Gi", "lots"), fits, "document 1: status.capacity.memory: "),
        arguments(host("w1", 2).replace("type: Ready", "type: X"), fits, "no condition Ready"),
        arguments(host("w1", 2) + "---\n" + host("w1", 2), fits, "stands there twice"),
        arguments(
            host("w1", 2).replace("status: \"True\"", "status: \"False\""), fits, "NoHosts: no"),
        arguments(host("w1", 2).replace("tsc:", "tscs:"), fits, "tscs"),
        arguments(
            host("w1", 2).replace("available: true", "available: false"), fits, "NoDriver: no"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void badInputIsRefusedByName(String hosts, String models, String named) throws IOException {
    CommandLineRun run = plan(hosts, models);
    assertThat(run.exit()).as(run.errors()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.errors()).contains(named);
  }
}
