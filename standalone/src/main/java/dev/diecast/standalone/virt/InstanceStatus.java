package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** A VirtualMachineInstance's status while it is being changed. */
final class InstanceStatus {

  private final ObjectNode instance;
  private final ObjectNode status;
  private final ConditionList conditions;
  private final Instant now;

  InstanceStatus(ObjectNode instance, Instant now) {
    this.instance = instance;
    this.now = now;
    this.status =
        instance.path("status") instanceof ObjectNode old ? old.deepCopy() : KubeVirtApi.object();
    this.conditions = new ConditionList(status, now);
  }

  String phase() {
    return status.path("phase").asText("");
  }

  ConditionList conditions() {
    return conditions;
  }

  ObjectNode fields() {
    return status;
  }

  /** Enters a phase and notes when, as KubeVirt does; nothing where it is in it already. */
  InstanceStatus enter(String phase) {
    if (phase().equals(phase)) {
      return this;
    }
    status.put("phase", phase);
    ArrayNode transitions =
        status.path("phaseTransitionTimestamps") instanceof ArrayNode existing
            ? existing
            : status.putArray("phaseTransitionTimestamps");
    transitions
        .addObject()
        .put("phase", phase)
        .put("phaseTransitionTimestamp", now.truncatedTo(ChronoUnit.SECONDS).toString());
    return this;
  }

  /** Enters the phase Failed, and says why. */
  void fail(String reason, String message) {
    enter("Failed");
    status.put("reason", reason);
    conditions.set("Synchronized", false, reason, message);
    conditions.set("Ready", false, "GuestNotRunning", message);
  }

  /** When it entered a phase; now where it did not. */
  Instant since(String phase) {
    for (JsonNode transition : status.path("phaseTransitionTimestamps")) {
      if (transition.path("phase").asText().equals(phase)) {
        return Instant.parse(transition.path("phaseTransitionTimestamp").asText());
      }
    }
    return now;
  }

  /** The instance with this status. */
  ObjectNode applied() {
    ObjectNode after = instance.deepCopy();
    status.set("conditions", conditions.toJson());
    after.set("status", status);
    return after;
  }
}
