package dev.diecast.operator.vm;

import dev.diecast.operator.status.Verdict;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a node's VM runs: the condition Provisioned of a DilatedNode, read from KubeVirt's
 * VirtualMachineInstance phase and VirtualMachine status (staging/src/kubevirt.io/api/core/v1
 * /types.go: VirtualMachineInstancePhase, VirtualMachinePrintableStatus).
 */
public final class NodeProvision {

  /** Printable states of a VM in which it will not run by waiting alone. */
  private static final Set<String> FAILED =
      Set.of(
          "CrashLoopBackOff",
          "ErrImagePull",
          "ImagePullBackOff",
          "ErrorDataVolumeNotFound", // before KubeVirt 1.0
          "DataVolumeError",
          "ErrorPvcNotFound");

  private NodeProvision() {}

  public static Verdict of(
      GenericKubernetesResource vm, Optional<GenericKubernetesResource> instance) {
    String printable = KubeVirt.textAt(vm, "status", "printableStatus").orElse("");
    if (instance.isEmpty()) {
      return withoutInstance(vm, printable);
    }
    GenericKubernetesResource vmi = instance.get();
    if (vmi.isMarkedForDeletion() || BootMark.differs(vm, vmi)) {
      return Verdict.no("Restarting", "the guest is stopped and started anew");
    }
    String phase = KubeVirt.textAt(vmi, "status", "phase").orElse("Pending");
    return switch (phase) {
      case "Running" -> running(vm, vmi);
      case "Scheduling", "Scheduled" -> scheduling(vm, vmi, printable, phase);
      case "Succeeded" ->
          Verdict.no("Restarting", "the guest has shut itself down and is started anew");
      case "Failed" -> Verdict.no("Failed", failure(vm, vmi, "the guest failed"));
      case "Unknown" -> Verdict.unknown("Unknown", "KubeVirt has lost sight of the guest's host");
      default ->
          FAILED.contains(printable)
              ? Verdict.no("Failed", failure(vm, vmi, printable))
              : Verdict.no("Pending", failure(vm, vmi, "the guest is about to be scheduled"));
    };
  }

  private static Verdict running(GenericKubernetesResource vm, GenericKubernetesResource vmi) {
    Optional<String> paused = conditionMessage(vmi, "Paused", "True");
    if (paused.isPresent()) {
      return Verdict.no("Paused", paused.get() + ": virtctl unpause vm lets it go on");
    }
    String planned =
        KubeVirt.textAt(vm, "spec", "template", "spec", "nodeSelector", "kubernetes.io/hostname")
            .orElse("");
    Optional<String> migration = unfinishedMigration(vmi);
    if (migration.isPresent()) {
      return Verdict.no(
          "Migrating",
          "somebody migrates the guest to "
              + migration.get()
              + ", where its clock would run at another rate: delete the"
              + " VirtualMachineInstanceMigration");
    }
    return KubeVirt.textAt(vmi, "status", "nodeName")
        .filter(node -> !planned.isEmpty() && !node.equals(planned))
        .map(node -> Verdict.no("WrongHost", "the guest runs on " + node + ", not on " + planned))
        .orElseGet(() -> Verdict.yes("Running", "the guest runs"));
  }

  private static Optional<String> unfinishedMigration(GenericKubernetesResource vmi) {
    boolean over =
        KubeVirt.at(vmi, "status", "migrationState", "completed")
            .filter(Boolean.TRUE::equals)
            .isPresent();
    return over ? Optional.empty() : KubeVirt.textAt(vmi, "status", "migrationState", "targetNode");
  }

  private static Verdict withoutInstance(GenericKubernetesResource vm, String printable) {
    if (FAILED.contains(printable)) {
      return Verdict.no("Failed", failure(vm, vm, printable));
    }
    Optional<String> failure = conditionMessage(vm, "Failure", "True");
    return failure
        .map(message -> Verdict.no("Failed", message))
        .orElseGet(() -> Verdict.no("Pending", "the VirtualMachine has not been started yet"));
  }

  private static Verdict scheduling(
      GenericKubernetesResource vm, GenericKubernetesResource vmi, String printable, String phase) {
    if (FAILED.contains(printable)) {
      return Verdict.no("Failed", failure(vm, vmi, printable));
    }
    return printable.equals("ErrorUnschedulable")
        ? Verdict.no("Unschedulable", failure(vm, vmi, "no Kubernetes node takes the guest"))
        : Verdict.no("Scheduling", "the guest is " + phase.toLowerCase(java.util.Locale.ROOT));
  }

  /** KubeVirt's own words where it has some. */
  private static String failure(
      GenericKubernetesResource vm, GenericKubernetesResource vmi, String otherwise) {
    return conditionMessage(vm, "Failure", "True")
        .or(() -> conditionMessage(vmi, "PodScheduled", "False"))
        .or(() -> conditionMessage(vmi, "Synchronized", "False"))
        .or(() -> conditionMessage(vmi, "Ready", "False"))
        .map(message -> otherwise + ": " + message)
        .orElse(otherwise);
  }

  private static Optional<String> conditionMessage(
      GenericKubernetesResource resource, String type, String status) {
    if (!(KubeVirt.at(resource, "status", "conditions").orElse(null) instanceof List<?> list)) {
      return Optional.empty();
    }
    for (Object entry : list) {
      if (entry instanceof Map<?, ?> condition
          && type.equals(condition.get("type"))
          && status.equals(condition.get("status"))
          && condition.get("message") instanceof String message
          && !message.isBlank()) {
        return Optional.of(message);
      }
    }
    return Optional.empty();
  }
}
