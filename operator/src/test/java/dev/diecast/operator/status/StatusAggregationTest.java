package dev.diecast.operator.status;

import static dev.diecast.operator.Fixtures.condition;
import static dev.diecast.operator.Fixtures.group;
import static dev.diecast.operator.Fixtures.model;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeSpec;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.operator.event.Announcement;
import dev.diecast.operator.event.EventReason;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatusAggregationTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(60);
  private static final Verdict VALID = Verdict.yes("Valid", "the spec is valid");
  private static final Verdict PLACED = Verdict.yes("Placed", "placed");

  private final ScaleModel model = model("m", "10", group("web", 2));

  @Test
  void everyNodeDone() {
    ScaleModelStatus status = status(VALID, PLACED, NOW, done("a", 1), done("b", 1));

    assertThat(status.conditions()).allSatisfy(c -> assertThat(c.getStatus()).isEqualTo("True"));
    assertThat(status.conditions())
        .extracting(Condition::getType)
        .containsExactly("Accepted", "Placed", "Provisioned", "Dilated", "Ready", "Faithful");
    assertThat(status.counts()).isEqualTo(new ScaleModelStatus.Counts(2, 2, 2, 2, 2));
    assertThat(status.observedGeneration()).isEqualTo(1);
  }

  @Test
  void readyTakesTheFirstReasonThatIsNotTrue() {
    DilatedNode starved = node("b", 1, 1L, 1L, "True", "True", "False/WrongRate", "Unknown");
    ScaleModelStatus status = status(VALID, PLACED, NOW, done("a", 1), starved);

    assertThat(reason(status, "Dilated")).isEqualTo("False/WrongRate");
    assertThat(reason(status, "Ready")).isEqualTo("False/WrongRate");
    assertThat(reason(status, "Faithful")).isEqualTo("Unknown/Measuring");

    ScaleModelStatus refused =
        status(VALID, Verdict.no("DoesNotFit", "cpu"), NOW, done("a", 1), starved);
    assertThat(reason(refused, "Ready")).isEqualTo("False/DoesNotFit");
  }

  @Test
  void oneUnfaithfulNodeIsAnUnfaithfulModel() {
    DilatedNode starved = node("b", 1, 1L, 1L, "True", "True", "True", "False/CpuStarved");
    ScaleModelStatus status = status(VALID, PLACED, NOW, done("a", 1), starved);

    assertThat(reason(status, "Ready")).isEqualTo("True/Ready");
    assertThat(reason(status, "Faithful")).isEqualTo("False/CpuStarved");
    assertThat(message(status, "Faithful")).contains("1 of 2", "b (CpuStarved)");
  }

  @Test
  void whatWasSaidOfAnEarlierSpecIsNotBelieved() {
    ScaleModelStatus status =
        status(
            VALID, PLACED, NOW, done("a", 1), node("b", 2, 1L, 1L, "True", "True", "True", "True"));

    assertThat(status.counts()).isEqualTo(new ScaleModelStatus.Counts(2, 1, 1, 1, 1));
    assertThat(reason(status, "Provisioned")).isEqualTo("False/Provisioning");
    assertThat(reason(status, "Dilated")).isEqualTo("False/Waiting");
    assertThat(reason(status, "Faithful")).isEqualTo("Unknown/Measuring");
  }

  @Test
  void aFailedVirtualMachineIsNamed() {
    DilatedNode failed = node("b", 1, 1L, null, "False/Failed", "", "", "");
    ScaleModelStatus status = status(VALID, PLACED, NOW, done("a", 1), failed);

    assertThat(reason(status, "Provisioned")).isEqualTo("False/VirtualMachineFailed");
    assertThat(message(status, "Provisioned")).contains("1 of 2", "b (Failed it is)");
  }

  @Test
  void unchangedFactsMakeAnEqualStatus() {
    ScaleModelStatus first = status(VALID, PLACED, NOW, done("a", 1));
    model.setStatus(first);

    assertThat(status(VALID, PLACED, LATER, done("a", 1))).isEqualTo(first);
  }

  @Test
  void onlyAChangedStatusMovesItsTransitionTime() {
    model.setStatus(status(VALID, PLACED, NOW, done("a", 1)));
    ScaleModelStatus next =
        status(VALID, PLACED, LATER, node("a", 1, 1L, 1L, "True", "True", "True", "Unknown"));

    assertThat(find(next, "Ready").getLastTransitionTime()).isEqualTo("2026-11-22T10:00:00Z");
    assertThat(find(next, "Faithful").getLastTransitionTime()).isEqualTo("2026-11-22T10:01:00Z");
  }

  @Test
  void anInvalidSpecLeavesThePlanInForce() {
    model.setStatus(status(VALID, PLACED, NOW, done("a", 1)));
    model.getMetadata().setGeneration(2L);
    ScaleModelStatus next =
        StatusAggregation.of(
            new ModelFacts(
                model,
                Verdict.no("Invalid", "spec.timeDilation.factor: is 0"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(done("a", 1))),
            LATER);

    assertThat(reason(next, "Accepted")).isEqualTo("False/Invalid");
    assertThat(reason(next, "Placed")).isEqualTo("True/Placed");
    assertThat(find(next, "Placed").getObservedGeneration()).isEqualTo(1);
    assertThat(reason(next, "Provisioned")).isEqualTo("True/Provisioned");
    assertThat(reason(next, "Ready")).isEqualTo("False/Invalid");
    assertThat(next.observedGeneration()).isEqualTo(2);
  }

  @Test
  void onlyNewsIsAnnounced() {
    ScaleModelStatus first = status(VALID, PLACED, NOW, done("a", 1));
    assertThat(Transitions.between(null, first))
        .extracting(Announcement::reason)
        .containsExactly(
            EventReason.Accepted, EventReason.Placed, EventReason.Provisioned, EventReason.Ready);
    model.setStatus(first);
    assertThat(Transitions.between(first, status(VALID, PLACED, LATER, done("a", 1)))).isEmpty();

    ScaleModelStatus tight =
        status(VALID, Verdict.no("DoesNotFit", "cpu: 1 core missing"), LATER, done("a", 1));
    assertThat(Transitions.between(first, tight))
        .containsExactly(new Announcement(EventReason.DoesNotFit, "cpu: 1 core missing"));
  }

  private static DilatedNode with(DilatedNode node, DilatedNodeStatus.Interval... intervals) {
    DilatedNodeStatus status = node.getStatus();
    node.setStatus(
        new DilatedNodeStatus(
            status.observedGeneration(),
            status.appliedGeneration(),
            status.dilation(),
            status.cpu(),
            status.clock(),
            new DilatedNodeStatus.Fidelity(
                100, intervals.length, 1000L * intervals.length, List.of(intervals)),
            status.disks(),
            status.conditions()));
    return node;
  }

  private static DilatedNodeStatus.Interval interval(int from, int to, String reason) {
    return new DilatedNodeStatus.Interval(
        "2026-11-22T10:00:%02d.000Z".formatted(from),
        to < 0 ? null : "2026-11-22T10:00:%02d.000Z".formatted(to),
        reason,
        80);
  }

  @Test
  void aRunWithABadIntervalNeverLooksCleanAgain() {
    DilatedNode bad =
        with(
            node("b", 1, 1L, 1L, "True", "True", "True", "False/CpuContention"),
            interval(10, 20, "CapChanged"),
            interval(30, -1, "CpuContention"));
    ScaleModelStatus during = status(VALID, PLACED, NOW, done("a", 1), bad);
    assertThat(during.fidelity())
        .isEqualTo(
            new ScaleModelStatus.Fidelity(
                2,
                1,
                List.of("CapChanged", "CpuContention"),
                "2026-11-22T10:00:10.000Z",
                "2026-11-22T10:00:20.000Z"));
    assertThat(reason(during, "Faithful")).isEqualTo("False/CpuContention");
    assertThat(Transitions.between(status(VALID, PLACED, NOW, done("a", 1)), during))
        .extracting(Announcement::reason)
        .containsExactly(EventReason.Unfaithful);

    model.setStatus(during);
    ScaleModelStatus after =
        status(
            VALID,
            PLACED,
            LATER,
            done("a", 1),
            with(done("b", 1), interval(10, 20, "CapChanged"), interval(30, 40, "CpuContention")));
    assertThat(reason(after, "Faithful")).isEqualTo("True/Faithful");
    assertThat(message(after, "Faithful"))
        .contains("on record: 2 unfaithful intervals of 1 nodes (CapChanged, CpuContention)");
    assertThat(after.fidelity().lastTo()).isEqualTo("2026-11-22T10:00:40.000Z");
    assertThat(Transitions.between(during, after))
        .extracting(Announcement::reason)
        .containsExactly(EventReason.FaithfulAgain);

    model.setStatus(after);
    ScaleModelStatus without = status(VALID, PLACED, LATER, done("a", 1));
    assertThat(without.fidelity()).as("though the node is gone").isEqualTo(after.fidelity());
  }

  @Test
  void whatASilentDaemonSaidIsWorthNothing() {
    DilatedNode heard = on("h1", done("a", 1));
    DilatedNode unheard = on("h2", done("b", 1));
    ScaleModelStatus silent =
        StatusAggregation.of(
            new ModelFacts(
                    model,
                    VALID,
                    Optional.of(PLACED),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(heard, unheard))
                .with(Optional.empty(), Set.of("h2", "of-others")),
            NOW);
    assertThat(reason(silent, "Faithful")).isEqualTo("Unknown/DaemonSilent");
    assertThat(message(silent, "Faithful"))
        .isEqualTo("1 of 2 nodes are shown to be faithful; silent is the daemon of h2");
    ScaleModelStatus heardOf = status(VALID, PLACED, NOW, heard, unheard);
    assertThat(reason(heardOf, "Faithful")).isEqualTo("True/Faithful");
    assertThat(Transitions.between(heardOf, silent))
        .extracting(Announcement::reason)
        .containsExactly(EventReason.DaemonSilent);
    assertThat(Transitions.between(silent, heardOf))
        .extracting(Announcement::reason)
        .containsExactly(EventReason.FaithfulAgain);
  }

  private static DilatedNode on(String host, DilatedNode node) {
    node.setSpec(
        new DilatedNodeSpec("m", "web", 0, host, null, null, null, null, null, null, null));
    return node;
  }

  private ScaleModelStatus status(
      Verdict accepted, Verdict placed, Instant now, DilatedNode... nodes) {
    return StatusAggregation.of(
        new ModelFacts(
            model,
            accepted,
            Optional.of(placed),
            Optional.empty(),
            Optional.empty(),
            List.of(nodes)),
        now);
  }

  @Test
  void aNodeWhoseDisksAreNotThrottledIsNotDone() {
    DilatedNode held = node("a", 1, 1L, 1L, "True", "True", "True", "True", "True");
    DilatedNode free =
        node("b", 1, 1L, 1L, "True", "True", "True", "True", "False/NotThrottleable");
    assertThat(reason(status(VALID, PLACED, NOW, held), "Dilated")).isEqualTo("True/Dilated");
    assertThat(reason(status(VALID, PLACED, NOW, held, free), "Dilated"))
        .isEqualTo("False/NotThrottleable");
    assertThat(reason(status(VALID, PLACED, NOW, held, free), "Ready")).startsWith("False/");
  }

  private static DilatedNode done(String name, long generation) {
    return node(name, generation, generation, generation, "True", "True", "True", "True");
  }

  /** Values are a status, or status/reason; an empty one is no condition. */
  private static DilatedNode node(
      String name, long generation, Long observed, Long applied, String... values) {
    List<String> types = List.of("Provisioned", "Capped", "Dilated", "Faithful", "Throttled");
    List<Condition> conditions =
        Arrays.stream(values)
            .map(value -> value.split("/"))
            .map(value -> new String[] {value[0], value.length > 1 ? value[1] : value[0]})
            .map(value -> condition("", value[0], value[1]))
            .toList();
    for (int i = 0; i < conditions.size(); i++) {
      conditions.get(i).setType(types.get(i));
    }
    DilatedNode node = new DilatedNode();
    node.setMetadata(new ObjectMetaBuilder().withName(name).withGeneration(generation).build());
    node.setStatus(
        new DilatedNodeStatus(
            observed,
            applied,
            null,
            null,
            conditions.stream().filter(c -> !c.getStatus().isEmpty()).toList()));
    return node;
  }

  private static Condition find(ScaleModelStatus status, String type) {
    return Conditions.find(status.conditions(), type).orElseThrow();
  }

  private static String reason(ScaleModelStatus status, String type) {
    return find(status, type).getStatus() + "/" + find(status, type).getReason();
  }

  private static String message(ScaleModelStatus status, String type) {
    return find(status, type).getMessage();
  }
}
