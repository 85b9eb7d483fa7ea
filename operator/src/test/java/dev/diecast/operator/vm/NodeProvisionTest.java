package dev.diecast.operator.vm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.operator.status.Verdict;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What KubeVirt says of a VM, and what becomes of it. */
class NodeProvisionTest {

  private static final String MARKED = "metadata: {annotations: {diecast.dev/boot-mark: m1}}";

  private static Verdict verdict(String instanceStatus, String machineStatus) {
    GenericKubernetesResource vm =
        resource(
            "VirtualMachine",
            """
            spec:
              template:
                %s
                spec: {nodeSelector: {kubernetes.io/hostname: w1}}
            status: %s
            """
                .formatted(MARKED, machineStatus));
    return NodeProvision.of(
        vm,
        Optional.of(
            resource("VirtualMachineInstance", MARKED + "\nstatus: " + instanceStatus + "\n")));
  }

  private static GenericKubernetesResource resource(String kind, String yaml) {
    return Serialization.unmarshal(
        "apiVersion: kubevirt.io/v1\nkind: " + kind + "\n" + yaml, GenericKubernetesResource.class);
  }

  @Test
  void runsOnItsHost() {
    Verdict verdict = verdict("{phase: Running, nodeName: w1}", "{}");
    assertThat(verdict.isTrue()).isTrue();
    assertThat(verdict("{phase: Running}", "{}").isTrue()).isTrue();
  }

  @Test
  void onAnotherHostItIsNotProvisioned() {
    Verdict verdict = verdict("{phase: Running, nodeName: w2}", "{}");
    assertThat(verdict.reason()).isEqualTo("WrongHost");
    assertThat(verdict.message()).isEqualTo("the guest runs on w2, not on w1");
  }

  @Test
  void pausedIsNotRunning() {
    Verdict verdict =
        verdict(
            "{phase: Running, nodeName: w1, conditions: [{type: Paused, status: \"True\", message:"
                + " VMI was paused by user}]}",
            "{printableStatus: Paused}");
    assertThat(verdict.status()).isEqualTo("False");
    assertThat(verdict.reason()).isEqualTo("Paused");
    assertThat(verdict.message()).contains("VMI was paused by user", "virtctl unpause");
  }

  @Test
  void migrationIsForbiddenAndSaid() {
    String begun = "{phase: Running, nodeName: w1, migrationState: {targetNode: w2%s}}";
    assertThat(verdict(begun.formatted(""), "{printableStatus: Migrating}").reason())
        .isEqualTo("Migrating");
    assertThat(verdict(begun.formatted(", completed: true, failed: true"), "{}").isTrue()).isTrue();
  }

  @Test
  void unschedulableCrashingAndLost() {
    Verdict unschedulable =
        verdict(
            "{phase: Scheduling, conditions: [{type: PodScheduled, status: \"False\", reason:"
                + " Unschedulable, message: \"0/1 nodes are available: 1 Insufficient memory.\"}]}",
            "{printableStatus: ErrorUnschedulable}");
    assertThat(unschedulable.reason()).isEqualTo("Unschedulable");
    assertThat(unschedulable.message()).contains("Insufficient memory");
    assertThat(verdict("{phase: Pending}", "{printableStatus: CrashLoopBackOff}").reason())
        .isEqualTo("Failed");
    assertThat(verdict("{phase: Unknown}", "{}").status()).isEqualTo("Unknown");
    assertThat(verdict("{phase: Failed, reason: NodeUnresponsive}", "{}").reason())
        .isEqualTo("Failed");
  }
}
