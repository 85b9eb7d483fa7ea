package dev.diecast.standalone.cli.work;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.core.Rational;
import dev.diecast.core.fidelity.Window;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CpuCompensationTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of a tenth of a core, whose quota is 10 ms, and 1 ms for what is lost. */
  private static final long FAST = 100_000;

  /** Of three fiftieths of a core. */
  private static final long SLOW = 166_650;

  @Test
  void slowMachinesHaveALossOfTheirOwn() {
    List<DilatedNode> nodes =
        List.of(
            node("web-0", "1", FAST),
            node("web-1", "1", FAST),
            node("web-2", "1", FAST),
            node("app-0", "3/5", SLOW));
    Map<Rational, List<Double>> lost =
        CpuCompensation.lost(
            nodes,
            work(
                Map.of(
                    "web-0", List.of(1.0, 1.0, 1.0),
                    "web-1", List.of(1.0, 1.02, 0.98),
                    "web-2", List.of(1.0, 0.9, 1.1),
                    "app-0", List.of(0.93, 0.93, 0.93))));

    assertThat(lost.keySet()).containsExactly(Rational.of(10), Rational.parse("16.667"));
    assertThat(lost.get(Rational.of(10))).as("medians").containsExactly(1000.0, 1000.0, 1000.0);
    assertThat(lost.get(Rational.parse("16.667"))).containsExactly(1700.0, 1700.0, 1700.0);
  }

  @Test
  void whoCouldNotBeMeasuredSaysNothing() {
    assertThat(
            CpuCompensation.lost(
                List.of(node("web-0", "1", FAST), node("app-0", "3/5", SLOW)),
                work(Map.of("web-0", List.of(1.0)))))
        .containsOnlyKeys(Rational.of(10));
  }

  /** Sixteen nodes were never left alone all at once, and so nothing was ever learnt. */
  @Test
  void whoGotItsCpuCountsThoughOthersDidNot() {
    DilatedNode cheated = node("web-0", "1", FAST);
    DilatedNode late = node("web-1", "1", FAST);
    DilatedNode before = node("web-2", "1", FAST);
    DilatedNode still = node("web-3", "1", FAST);
    bad(cheated, "CpuContention", "2026-11-27T10:00:05Z", "2026-11-27T10:00:08Z");
    bad(late, "PipesLate", "2026-11-27T10:00:05Z", "2026-11-27T10:00:08Z");
    bad(before, "CpuContention", "2026-11-27T09:59:50Z", "2026-11-27T09:59:58Z");
    bad(still, "CpuExcess", "2026-11-27T09:59:50Z", null);
    Window rounds =
        new Window(Instant.parse("2026-11-27T10:00:00Z"), Instant.parse("2026-11-27T10:00:30Z"));

    assertThat(CpuCompensation.leftAlone(List.of(cheated, late, before, still), rounds))
        .containsExactly(late, before);
  }

  private static void bad(DilatedNode node, String reason, String from, String to) {
    DilatedNodeStatus said =
        JSON.convertValue(
            Map.of("fidelity", Map.of("intervals", List.of(interval(reason, from, to)))),
            DilatedNodeStatus.class);
    node.setStatus(said);
  }

  private static Map<String, String> interval(String reason, String from, String to) {
    return to == null
        ? Map.of("reason", reason, "from", from)
        : Map.of("reason", reason, "from", from, "to", to);
  }

  private static CpuProbe.Result work(Map<String, List<Double>> ratios) {
    return new CpuProbe.Result(ratios, Map.of(), List.of(1.0), Map.of());
  }

  private static DilatedNode node(String name, String speed, long periodMicros) {
    return JSON.convertValue(
        Map.of(
            "metadata", Map.of("name", name, "namespace", "default"),
            "spec",
                Map.of(
                    "timeDilation", Map.of("factor", "10"),
                    "machine", Map.of("cpus", 1, "relativeSpeed", speed, "memory", "128Mi")),
            "status",
                Map.of(
                    "cpu",
                    Map.of(
                        "quotaMicros", 11_000,
                        "periodMicros", periodMicros,
                        "correctionMicros", 1_000))),
        DilatedNode.class);
  }
}
