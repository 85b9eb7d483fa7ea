package dev.diecast.standalone.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.standalone.cli.session.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeCommandTest {
  private static final List<NodeGroup> GROUPS =
      List.of(new NodeGroup("web", 2, null, null), new NodeGroup("client-a", 1, null, null));

  private static Map<String, String> read(String... texts) {
    return NodeCommand.byNode("--load", List.of(texts), GROUPS);
  }

  @Test
  void aGroupIsAllOfItsNodes() {
    assertThat(read("web: uptime", "client-a-0:sh -c 'a: b'"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("web-0", "uptime", "web-1", "uptime", "client-a-0", "sh -c 'a: b'"));
    assertThat(read("client-a: x")).containsOnlyKeys("client-a-0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "uptime | is not NODE: COMMAND",
        "web-0: | is not NODE: COMMAND",
        "web-2: uptime | neither a group nor a node web-2",
        "db: uptime | its groups are web, client-a"
      })
  void whatCannotBeRunIsRefusedByName(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(Refusal.class)
        .hasMessageStartingWith("--load: ")
        .hasMessageContaining(message);
  }

  @Test
  void twoCommandsOfOneNodeWouldNotRunAtOnce() {
    assertThatThrownBy(() -> read("web: a", "web-1: b"))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("two commands are for web-1");
  }

  @Test
  void whatALoadUsedIsALineForEachGroup() {
    NodeLoad.Outcome outcome =
        new NodeLoad.Outcome(Map.of(), Map.of("web", 0.25, "db", 0.5), Duration.ofSeconds(10));
    assertThat(RunResults.lines(outcome).lines())
        .containsExactly(
            "{\"result\":\"cpu\",\"series\":\"load/db\",\"share\":0.50000}",
            "{\"result\":\"cpu\",\"series\":\"load/web\",\"share\":0.25000}");
  }
}
