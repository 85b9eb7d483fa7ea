package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/** Makes VirtualMachineInstances of VirtualMachines: the part of KubeVirt's virt-controller. */
final class MachineController {

  private final KubeVirtApi api;
  private final Function<String, Optional<ObjectNode>> machines;
  private final Function<String, Optional<ObjectNode>> instances;
  private final ReconcileQueue queue;

  /**
   * @param machines the watched machines, by {@code namespace/name}
   * @param instances the watched instances, likewise
   */
  MachineController(
      KubeVirtApi api,
      Function<String, Optional<ObjectNode>> machines,
      Function<String, Optional<ObjectNode>> instances) {
    this.api = api;
    this.machines = machines;
    this.instances = instances;
    this.queue = new ReconcileQueue("machine", this::reconcile);
  }

  ReconcileQueue queue() {
    return queue;
  }

  private void reconcile(String key) {
    ObjectNode machine = machines.apply(key).orElse(null);
    if (machine == null) {
      return;
    }
    InstanceTemplate template = InstanceTemplate.of(machine, api::expansion);
    MachineLogic.Decision decision =
        MachineLogic.decide(machine, instances.apply(key), template, Instant.now());
    // The status first: that an instance failed, and why, must be on record before it is deleted.
    // The write itself brings the next reconciliation, which then finds it written.
    if (api.patchMachineStatus(machine, decision.status())) {
      return;
    }
    perform(machine, decision.step());
    decision.again().ifPresent(delay -> queue.addAfter(key, delay));
  }

  private void perform(ObjectNode machine, MachineLogic.Step step) {
    switch (step) {
      case MachineLogic.Step.Nothing nothing -> {
        // The status alone is to be written.
      }
      case MachineLogic.Step.CreateInstance create -> api.createInstance(create.instance());
      case MachineLogic.Step.DeleteInstance delete ->
          api.deleteInstance(
              machine.at("/metadata/namespace").asText(), machine.at("/metadata/name").asText());
      case MachineLogic.Step.AddFinalizer add -> setFinalizer(machine, true);
      case MachineLogic.Step.RemoveFinalizer remove -> setFinalizer(machine, false);
    }
  }

  private void setFinalizer(ObjectNode machine, boolean present) {
    ObjectNode after = machine.deepCopy();
    ObjectNode metadata = (ObjectNode) after.path("metadata");
    ArrayNode finalizers = metadata.putArray("finalizers");
    for (JsonNode finalizer : machine.at("/metadata/finalizers")) {
      if (!finalizer.asText().equals(MachineLogic.FINALIZER)) {
        finalizers.add(finalizer);
      }
    }
    if (present) {
      finalizers.add(MachineLogic.FINALIZER);
    }
    // A merge patch replaces the list: the version says that nobody else changed it meanwhile.
    api.patchGuarded(KubeVirtApi.MACHINES, machine, after);
  }
}
