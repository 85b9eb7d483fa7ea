package dev.diecast.standalone.virt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MachineLogicTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final ObjectNode machine = Trees.machine();

  @Test
  void startsAMachineThatShouldRun() {
    MachineLogic.Decision decision = decide(Optional.empty());
    assertThat(decision.step()).isInstanceOf(MachineLogic.Step.CreateInstance.class);
    assertThat(decision.status().path("printableStatus").asText()).isEqualTo("Starting");
    ObjectNode instance = ((MachineLogic.Step.CreateInstance) decision.step()).instance();
    assertThat(instance.at("/metadata/name").asText()).isEqualTo("web-0");
    assertThat(instance.at("/metadata/labels/app").asText()).isEqualTo("web");
    assertThat(
            instance.at("/metadata/annotations").path("diecast.dev/time-dilation-factor").asText())
        .isEqualTo("10");
    assertThat(instance.at("/metadata/ownerReferences/0/uid").asText())
        .isEqualTo(machine.at("/metadata/uid").asText());
    assertThat(instance.at("/spec/domain/firmware/uuid").asText())
        .isEqualTo("11111111-2222-3333-4444-555555555555");
  }

  @Test
  void holdsAMachineByAFinalizerBeforeAnythingElse() {
    ((ObjectNode) machine.path("metadata")).remove("finalizers");
    assertThat(decide(Optional.empty()).step()).isInstanceOf(MachineLogic.Step.AddFinalizer.class);
  }

  @Test
  void leavesAHaltedMachineAndStopsItsInstance() {
    spec().put("runStrategy", "Halted");
    assertThat(decide(Optional.empty()).step()).isInstanceOf(MachineLogic.Step.Nothing.class);
    assertThat(decide(Optional.of(instance("Running"))).step())
        .isInstanceOf(MachineLogic.Step.DeleteInstance.class);
  }

  @Test
  void replacesAnInstanceThatEnded() {
    assertThat(decide(Optional.of(instance("Succeeded"))).step())
        .isInstanceOf(MachineLogic.Step.DeleteInstance.class);
    spec().put("runStrategy", "RerunOnFailure");
    assertThat(decide(Optional.of(instance("Succeeded"))).step())
        .isInstanceOf(MachineLogic.Step.Nothing.class);
    assertThat(decide(Optional.of(instance("Failed"))).step())
        .isInstanceOf(MachineLogic.Step.DeleteInstance.class);
  }

  @Test
  void waitsLongerAfterEachFailureInARow() {
    long[] expected = {10, 40, 90, 160, 250, 300, 300};
    for (int count = 1; count <= expected.length; count++) {
      ObjectNode failed = instance("Failed");
      ((ObjectNode) failed.path("metadata")).put("uid", "failed-" + count);
      adopt(decide(Optional.of(failed)).status());
      assertThat(machine.at("/status/startFailure/consecutiveFailCount").asInt()).isEqualTo(count);
      MachineLogic.Decision waiting = decide(Optional.empty());
      assertThat(waiting.step()).isInstanceOf(MachineLogic.Step.Nothing.class);
      assertThat(waiting.again()).contains(Duration.ofSeconds(expected[count - 1]));
      assertThat(waiting.status().path("printableStatus").asText()).isEqualTo("CrashLoopBackOff");
    }
    assertThat(decide(Optional.empty(), NOW.plusSeconds(300)).step())
        .isInstanceOf(MachineLogic.Step.CreateInstance.class);
  }

  @Test
  void keepsWhyTheLastInstanceFailedUntilThereIsAnother() {
    ObjectNode failed = instance("Failed");
    ((ObjectNode) failed.path("status"))
        .set(
            "conditions",
            Trees.yaml("{c: [{type: Synchronized, status: 'False', reason: Invalid, message: m}]}")
                .path("c"));
    adopt(decide(Optional.of(failed)).status());
    adopt(decide(Optional.empty()).status());
    assertThat(condition(decide(Optional.empty()).status(), "Synchronized").path("reason").asText())
        .isEqualTo("Invalid");
    ObjectNode next = decide(Optional.of(instance("Scheduling"))).status();
    assertThat(condition(next, "Synchronized").isEmpty()).isTrue();
  }

  @Test
  void countsOneFailureOnce() {
    ObjectNode failed = instance("Failed");
    adopt(decide(Optional.of(failed)).status());
    ObjectNode again = decide(Optional.of(failed)).status();
    assertThat(again).isEqualTo(machine.path("status"));
  }

  @Test
  void startsAtOnceAfterAFailureOfAGuestThatRanForLong() {
    ObjectNode failed = instance("Failed");
    failed.set(
        "status",
        Trees.yaml(
            """
            phase: Failed
            phaseTransitionTimestamps:
            - {phase: Running, phaseTransitionTimestamp: '2025-12-31T23:59:00Z'}
            - {phase: Failed, phaseTransitionTimestamp: '2025-12-31T23:59:50Z'}
            """));
    assertThat(decide(Optional.of(failed)).status().has("startFailure")).isFalse();
  }

  @Test
  void saysWhatIsNotSupportedAndStartsNothing() {
    ((ObjectNode) machine.at("/spec/template/spec/domain")).putObject("tpm").put("a", 1);
    MachineLogic.Decision decision = decide(Optional.empty());
    assertThat(decision.step()).isInstanceOf(MachineLogic.Step.Nothing.class);
    JsonNode failure = condition(decision.status(), "Failure");
    assertThat(failure.path("status").asText()).isEqualTo("True");
    assertThat(failure.path("reason").asText()).isEqualTo("UnsupportedByStandalone");
    assertThat(failure.path("message").asText()).contains("spec.template.spec.domain.tpm");
  }

  @Test
  void namesAnUnknownInstancetype() {
    spec().putObject("instancetype").put("name", "huge");
    JsonNode failure = condition(decide(Optional.empty()).status(), "Failure");
    assertThat(failure.path("reason").asText()).isEqualTo("UnknownInstancetype");
    assertThat(failure.path("message").asText()).contains("huge");
  }

  @Test
  void saysThatAChangedTemplateNeedsARestart() {
    ObjectNode running = instance("Running");
    assertThat(condition(decide(Optional.of(running)).status(), "RestartRequired").isEmpty())
        .isTrue();
    ((ObjectNode) machine.at("/spec/template/spec/domain/memory")).put("guest", "1Gi");
    MachineLogic.Decision decision = decide(Optional.of(running));
    assertThat(condition(decision.status(), "RestartRequired").path("status").asText())
        .isEqualTo("True");
    assertThat(decision.step()).isInstanceOf(MachineLogic.Step.Nothing.class);
  }

  @Test
  void letsADeletedMachineGoAfterItsInstance() {
    ((ObjectNode) machine.path("metadata")).put("deletionTimestamp", NOW.toString());
    assertThat(decide(Optional.of(instance("Running"))).step())
        .isInstanceOf(MachineLogic.Step.DeleteInstance.class);
    assertThat(decide(Optional.empty()).step())
        .isInstanceOf(MachineLogic.Step.RemoveFinalizer.class);
  }

  @Test
  void writesTheSameStatusWhenNothingChanged() {
    ObjectNode running = instance("Running");
    adopt(decide(Optional.of(running)).status());
    ObjectNode later = decide(Optional.of(running), NOW.plusSeconds(5)).status();
    assertThat(MergePatch.between((ObjectNode) machine.path("status"), later)).isEmpty();
  }

  @Test
  void mirrorsTheInstance() {
    ObjectNode running = instance("Running");
    MachineLogic.Decision decision = decide(Optional.of(running));
    assertThat(decision.status().path("ready").asBoolean()).isTrue();
    assertThat(decision.status().path("printableStatus").asText()).isEqualTo("Running");
    assertThat(condition(decision.status(), "Ready").path("status").asText()).isEqualTo("True");
  }

  private void adopt(ObjectNode status) {
    machine.set("status", status);
  }

  private ObjectNode spec() {
    return (ObjectNode) machine.path("spec");
  }

  private MachineLogic.Decision decide(Optional<ObjectNode> instance) {
    return decide(instance, NOW);
  }

  private MachineLogic.Decision decide(Optional<ObjectNode> instance, Instant now) {
    InstanceTemplate template =
        InstanceTemplate.of(machine, (kind, namespace, name) -> Optional.empty());
    return MachineLogic.decide(machine, instance, template, now);
  }

  /** An instance of the machine as it is now, in that phase. */
  private ObjectNode instance(String phase) {
    InstanceTemplate template =
        InstanceTemplate.of(machine, (kind, namespace, name) -> Optional.empty());
    ObjectNode instance = template.instance(machine);
    ((ObjectNode) instance.path("metadata")).put("uid", "instance-1");
    ObjectNode status = instance.putObject("status").put("phase", phase);
    if (phase.equals("Running")) {
      status.set(
          "conditions",
          Trees.yaml(
                  "{c: [{type: Ready, status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z'}]}")
              .path("c"));
    }
    return instance;
  }

  private static JsonNode condition(ObjectNode status, String type) {
    List<JsonNode> found =
        status
            .path("conditions")
            .valueStream()
            .filter(condition -> condition.path("type").asText().equals(type))
            .toList();
    return found.isEmpty() ? KubeVirtApi.object() : found.getFirst();
  }
}
