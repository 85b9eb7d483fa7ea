package dev.diecast.core.network.gml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.core.Seeded;
import dev.diecast.core.network.TestTopologies;
import dev.diecast.core.network.TopologyException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GmlReaderTest {

  private static List<GmlEntry> read(String text) {
    List<GmlEntry> entries = new ArrayList<>();
    GmlReader.readGraph(text, entries::add);
    return entries;
  }

  @Test
  void readsNumbersTextsAndLists() {
    List<GmlEntry> entries =
        read("graph [ a 1 b -2.5e3 c \"x&#228;&amp;&unknown;\" d [ e .5 f [ ] ] g NAN ]");
    assertThat(entries)
        .extracting(GmlEntry::value)
        .satisfiesExactly(
            a -> assertThat(a).isEqualTo(new GmlValue.Number(BigDecimal.ONE)),
            b -> assertThat(((GmlValue.Number) b).value()).isEqualByComparingTo("-2500"),
            c -> assertThat(c).isEqualTo(new GmlValue.Text("xä&&unknown;")),
            d -> assertThat(((GmlValue.Items) d).entries()).hasSize(2),
            g -> assertThat(g).isEqualTo(new GmlValue.Text("NAN")));
  }

  @Test
  void saysWhereAnEntryStands() {
    GmlEntry node = read("Creator \"a\nb\"\n# c\ngraph [\n\n  node [ id 1 ] ]").getFirst();
    assertThat(node.line()).isEqualTo(6);
    assertThat(node.column()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "graph [ node [ id 0 ]|line 1, column 22: the text ends within graph [ of line 1, column 1",
        "graph [ ] ]|line 1, column 11: this ] closes nothing",
        "graph [ node id 0 ]|line 1, column 14: node has the value id",
        "graph [ id ]|line 1, column 12: a ] stands where the value of id should",
        "graph [ 7 id ]|line 1, column 9: \"7\" stands where a key should",
        "graph [ label \"x ]|line 1, column 15: the text that begins here has no closing quote",
        "graph [ a {1} ]|line 1, column 11: \"{\" cannot stand here",
        "<graphml>|line 1, column 1: \"<\" cannot stand here: this looks like XML",
        "graph|line 1, column 6: the end of the text stands where the value of graph should",
        "graph [ ] graph [ ]|line 1, column 11: a second graph",
        "nothing 1|line 1, column 10: the text ends and holds no graph",
        "``|line 1, column 1: the text ends and holds no graph",
        "graph [ [ ] ]|line 1, column 9: a [ stands where a key should",
      })
  void saysWhatIsWrongAndWhere(String text, String message) {
    assertThatThrownBy(() -> read(text == null ? "" : text))
        .isInstanceOf(TopologyException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void boundsDepthAndLength() {
    assertThatThrownBy(() -> read("graph [ " + "a [ ".repeat(100_000)))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("nested more than");
    assertThatThrownBy(() -> read("graph [ a \"" + "x".repeat(100_000) + "\" ]"))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("closing quote");
    assertThatThrownBy(() -> read("graph [ node [ " + "a 1 ".repeat(100_001) + "] ]"))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("node holds more than 100000 entries");
    assertThatThrownBy(() -> read(" ".repeat(GmlReader.MAXIMUM_CHARACTERS + 1)))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("at most 33554432");
  }

  @ParameterizedTest
  @CsvSource({"Abilene.gml", "oddities.gml"})
  void aFileCutOffAnywhereIsRefusedWithItsPlace(String name) {
    String whole = TestTopologies.resource(name).stripTrailing();
    for (int length = 0; length < whole.length(); length++) {
      String cut = whole.substring(0, length);
      assertThatThrownBy(() -> TestTopologies.read(cut))
          .as("cut off at %d", length)
          .isInstanceOf(TopologyException.class)
          .hasMessageStartingWith("line ");
    }
  }

  @Test
  void whateverIsDoneToAFileOnlyTheTypedRefusalComesOut() {
    String[] files = {
      TestTopologies.resource("Abilene.gml"), TestTopologies.resource("oddities.gml")
    };
    String alphabet = "[]\"# \n-+.0123456789eE&;anodesource\u00e4\u0000{";
    int[] read = new int[1];
    Seeded.forAll(
        4000,
        random -> {
          StringBuilder text = new StringBuilder(files[random.nextInt(files.length)]);
          for (int change = random.nextInt(6); change >= 0; change--) {
            int at = random.nextInt(text.length());
            char c = alphabet.charAt(random.nextInt(alphabet.length()));
            switch (random.nextInt(4)) {
              case 0 -> text.setCharAt(at, c);
              case 1 -> text.insert(at, c);
              case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(20)));
              default ->
                  text.insert(
                      random.nextInt(text.length()),
                      text.substring(at, Math.min(text.length(), at + random.nextInt(200))));
            }
          }
          try {
            TestTopologies.read(text.toString());
            read[0]++;
          } catch (TopologyException refused) {
            assertThat(refused)
                .hasMessageMatching("(?s)(line \\d+, column \\d+: .+|the graph has no nodes.*)");
          }
        });
    assertThat(read[0]).as("some changes leave the file readable").isPositive();
  }
}
