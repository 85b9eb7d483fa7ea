package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * What to do about a VirtualMachine, given its VirtualMachineInstance: pure. Behaviour and names
 * follow KubeVirt's controller (pkg/virt-controller/watch/vm/vm.go).
 */
final class MachineLogic {

  static final String FINALIZER = "kubevirt.io/virtualMachineControllerFinalize";

  /** KubeVirt: ten seconds times the square of the failures in a row, five minutes at most. */
  private static final Duration BACKOFF_UNIT = Duration.ofSeconds(10);

  private static final Duration BACKOFF_MOST = Duration.ofMinutes(5);

  /**
   * A guest that ran this long and then failed did start, and is started again at once. KubeVirt
   * asks only whether it ever ran; here that comes a moment after the start, and a QEMU that
   * crashes would be started again without a pause.
   */
  private static final Duration SETTLED = Duration.ofSeconds(30);

  /** What to do to the cluster. */
  sealed interface Step {
    record Nothing() implements Step {}

    record CreateInstance(ObjectNode instance) implements Step {}

    record DeleteInstance() implements Step {}

    record AddFinalizer() implements Step {}

    record RemoveFinalizer() implements Step {}
  }

  /**
   * What was decided.
   *
   * @param status the machine's status as it should be now
   * @param again when to look again though nothing changed
   */
  record Decision(Step step, ObjectNode status, Optional<Duration> again) {}

  private final ObjectNode machine;
  private final Optional<ObjectNode> instance;
  private final InstanceTemplate template;
  private final Instant now;

  private MachineLogic(
      ObjectNode machine, Optional<ObjectNode> instance, InstanceTemplate template, Instant now) {
    this.machine = machine;
    this.instance = instance;
    this.template = template;
    this.now = now;
  }

  static Decision decide(
      ObjectNode machine, Optional<ObjectNode> instance, InstanceTemplate template, Instant now) {
    return new MachineLogic(machine, instance, template, now).decide();
  }

  private Decision decide() {
    ObjectNode failure = startFailure();
    if (machine.at("/metadata/deletionTimestamp").isTextual()) {
      Step step =
          instance.isPresent() && owned()
              ? isBeingDeleted() ? new Step.Nothing() : new Step.DeleteInstance()
              : new Step.RemoveFinalizer();
      return new Decision(step, status(failure, "Terminating"), Optional.empty());
    }
    if (!hasFinalizer()) {
      return new Decision(
          new Step.AddFinalizer(), status(failure, printable(failure)), Optional.empty());
    }
    Step step = nextStep(failure);
    Optional<Duration> again =
        step instanceof Step.Nothing && instance.isEmpty() && wantsToRun()
            ? waiting(failure)
            : Optional.empty();
    return new Decision(step, status(failure, printable(failure)), again);
  }

  private Step nextStep(ObjectNode failure) {
    if (instance.isEmpty()) {
      boolean may = wantsToRun() && template.problem().isEmpty() && waiting(failure).isEmpty();
      return may ? new Step.CreateInstance(template.instance(machine)) : new Step.Nothing();
    }
    if (!owned() || isBeingDeleted()) {
      return new Step.Nothing();
    }
    boolean rerun =
        switch (strategy()) {
          case "Always" -> isFinal();
          case "RerunOnFailure" -> phase().equals("Failed");
          case "Halted" -> true;
          default -> false;
        };
    return rerun ? new Step.DeleteInstance() : new Step.Nothing();
  }

  /** Whether an instance should be there when none is. */
  private boolean wantsToRun() {
    return switch (strategy()) {
      case "Always", "RerunOnFailure" -> true;
      // Once: an instance that was there and is gone was it.
      case "Once" -> !machine.at("/status/created").asBoolean(false);
      default -> false;
    };
  }

  private String strategy() {
    JsonNode spec = machine.path("spec");
    if (spec.path("runStrategy").isTextual()) {
      return spec.path("runStrategy").asText();
    }
    return spec.path("running").asBoolean(false) ? "Always" : "Halted";
  }

  // --- start failures -------------------------------------------------------------------------

  /** status.startFailure as it should be; empty object for none. */
  private ObjectNode startFailure() {
    ObjectNode earlier =
        machine.at("/status/startFailure") instanceof ObjectNode old
            ? old.deepCopy()
            : KubeVirtApi.object();
    if (instance.isEmpty()) {
      return earlier;
    }
    boolean settled = ranFor().compareTo(SETTLED) >= 0;
    if (settled) {
      return KubeVirtApi.object();
    }
    String uid = instance.get().at("/metadata/uid").asText();
    if (!phase().equals("Failed") || earlier.path("lastFailedVMIUID").asText().equals(uid)) {
      return earlier;
    }
    int count = earlier.path("consecutiveFailCount").asInt(0) + 1;
    Duration delay = BACKOFF_UNIT.multipliedBy((long) count * count);
    delay = delay.compareTo(BACKOFF_MOST) > 0 ? BACKOFF_MOST : delay;
    return KubeVirtApi.object()
        .put("consecutiveFailCount", count)
        .put("lastFailedVMIUID", uid)
        .put("retryAfterTimestamp", now.plus(delay).truncatedTo(ChronoUnit.SECONDS).toString());
  }

  private Optional<Duration> waiting(ObjectNode failure) {
    if (!failure.hasNonNull("retryAfterTimestamp")) {
      return Optional.empty();
    }
    Duration left =
        Duration.between(now, Instant.parse(failure.path("retryAfterTimestamp").asText()));
    return left.isPositive() ? Optional.of(left) : Optional.empty();
  }

  // --- status ---------------------------------------------------------------------------------

  private ObjectNode status(ObjectNode failure, String printable) {
    ObjectNode status =
        machine.path("status") instanceof ObjectNode old ? old.deepCopy() : KubeVirtApi.object();
    boolean ready =
        instance
            .map(vmi -> new ConditionList(vmi.path("status"), now).isTrue("Ready"))
            .orElse(false);
    status.put("created", instance.isPresent() || (createdOnce() && strategy().equals("Once")));
    status.put("ready", ready);
    status.put("printableStatus", printable);
    status.put("runStrategy", strategy());
    status.put("observedGeneration", machine.at("/metadata/generation").asLong());
    status.put("desiredGeneration", machine.at("/metadata/generation").asLong());
    if (failure.isEmpty()) {
      status.remove("startFailure");
    } else {
      status.set("startFailure", failure);
    }
    status.set("conditions", conditions(failure).toJson());
    return status;
  }

  private boolean createdOnce() {
    return machine.at("/status/created").asBoolean(false);
  }

  private ConditionList conditions(ObjectNode failure) {
    ConditionList conditions = new ConditionList(machine.path("status"), now);
    ConditionList guests =
        new ConditionList(
            instance.map(vmi -> vmi.path("status")).orElseGet(KubeVirtApi::object), now);
    if (instance.isEmpty()) {
      conditions.set("Ready", false, "VMINotExists", "VMI does not exist");
    } else {
      copy(guests, conditions, "Ready");
    }
    for (String type : List.of("AgentConnected", "PodScheduled", "Paused")) {
      copy(guests, conditions, type);
    }
    // Why the last instance failed must outlive it, for as long as the next one waits.
    if (instance.isPresent() || failure.isEmpty()) {
      copy(guests, conditions, "Synchronized");
    }
    Optional<InstanceTemplate.Problem> problem =
        instance.isPresent() && !owned()
            ? Optional.of(
                new InstanceTemplate.Problem(
                    "NameConflict",
                    "a VirtualMachineInstance of this name belongs to something else; delete it"))
            : template.problem();
    problem.ifPresentOrElse(
        found -> conditions.set("Failure", true, found.reason(), found.message()),
        () -> conditions.remove("Failure"));
    boolean stale =
        instance.isPresent()
            && owned()
            && template.problem().isEmpty()
            && !InstanceTemplate.hashOf(instance.get()).equals(template.hash());
    if (stale) {
      conditions.set(
          "RestartRequired",
          true,
          "TemplateChanged",
          "the template has changed since the VM was started; delete the VirtualMachineInstance"
              + " to start it anew");
    } else {
      conditions.remove("RestartRequired");
    }
    return conditions;
  }

  private static void copy(ConditionList from, ConditionList to, String type) {
    from.get(type)
        .ifPresentOrElse(
            condition ->
                to.set(
                    type,
                    condition.path("status").asText().equals("True"),
                    condition.path("reason").asText(""),
                    condition.path("message").asText("")),
            () -> to.remove(type));
  }

  private String printable(ObjectNode failure) {
    if (instance.isEmpty() || isFinal()) {
      boolean crashLoops = wantsToRun() && waiting(failure).isPresent();
      boolean starts = wantsToRun() && template.problem().isEmpty() && instance.isEmpty();
      return crashLoops ? "CrashLoopBackOff" : starts ? "Starting" : "Stopped";
    }
    if (isBeingDeleted()) {
      return "Stopping";
    }
    if (phase().equals("Running")) {
      return "Running";
    }
    ConditionList guests = new ConditionList(instance.get().path("status"), now);
    if (hasReason(guests, "PodScheduled", "Unschedulable")) {
      return "ErrorUnschedulable";
    }
    return hasReason(guests, "Synchronized", "ErrImagePull") ? "ErrImagePull" : "Starting";
  }

  private static boolean hasReason(ConditionList conditions, String type, String reason) {
    return conditions.get(type).filter(c -> c.path("reason").asText().equals(reason)).isPresent();
  }

  // --- the instance ---------------------------------------------------------------------------

  private String phase() {
    return instance.map(vmi -> vmi.at("/status/phase").asText("")).orElse("");
  }

  private boolean isFinal() {
    return phase().equals("Succeeded") || phase().equals("Failed");
  }

  private boolean isBeingDeleted() {
    return instance.orElseThrow().at("/metadata/deletionTimestamp").isTextual();
  }

  /** From Running to what came after it, or to now. */
  private Duration ranFor() {
    Optional<Instant> from = Optional.empty();
    for (JsonNode transition : instance.orElseThrow().at("/status/phaseTransitionTimestamps")) {
      Instant at = Instant.parse(transition.path("phaseTransitionTimestamp").asText());
      if (transition.path("phase").asText().equals("Running")) {
        from = Optional.of(at);
      } else if (from.isPresent()) {
        return Duration.between(from.get(), at);
      }
    }
    return from.map(at -> Duration.between(at, now)).orElse(Duration.ZERO);
  }

  private boolean owned() {
    String uid = machine.at("/metadata/uid").asText();
    return instance
        .orElseThrow()
        .at("/metadata/ownerReferences")
        .findValuesAsText("uid")
        .contains(uid);
  }

  private boolean hasFinalizer() {
    for (JsonNode finalizer : machine.at("/metadata/finalizers")) {
      if (finalizer.asText().equals(FINALIZER)) {
        return true;
      }
    }
    return false;
  }
}
