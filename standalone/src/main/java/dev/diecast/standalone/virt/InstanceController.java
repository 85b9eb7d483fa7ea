package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.standalone.process.ProcFilesystem;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Runs VirtualMachineInstances as QEMU processes through KubeVirt's phases: the part of
 * virt-handler, from the phase Scheduled on.
 */
final class InstanceController {

  private static final Duration DILATION_RECHECK = Duration.ofMillis(250);
  private static final Duration IMAGE_RECHECK = Duration.ofSeconds(5);

  private final KubeVirtApi api;
  private final GuestHost host;
  private final GuestLauncher launcher;
  private final InstanceScheduling scheduling;
  private final BootPatience bootPatience;
  private final Function<String, Optional<ObjectNode>> instances;
  private final Predicate<String> machineStays;
  private final Map<String, Guest> guests = new ConcurrentHashMap<>();
  private final ReconcileQueue queue;

  /** A process, and how it ended once it has. */
  private static final class Guest {
    final String instanceUid;
    volatile QemuProcess process;
    volatile GuestEnd end;

    /** Whether it has yet to be let go. */
    volatile boolean paused;

    Guest(String instanceUid) {
      this.instanceUid = instanceUid;
    }
  }

  /**
   * @param instances the watched instances, by {@code namespace/name}
   * @param machineStays whether a VM of that key is there to be started again
   */
  InstanceController(
      KubeVirtApi api,
      GuestHost host,
      GuestCgroups cgroups,
      Function<String, Optional<ObjectNode>> instances,
      Predicate<String> machineStays) {
    this.api = api;
    this.host = host;
    this.launcher = new GuestLauncher(host, cgroups);
    this.scheduling = new InstanceScheduling(host);
    this.bootPatience = new BootPatience(host);
    this.instances = instances;
    this.machineStays = machineStays;
    this.queue = new ReconcileQueue("instance", this::reconcile);
  }

  ReconcileQueue queue() {
    return queue;
  }

  private void reconcile(String key) {
    ObjectNode instance = instances.apply(key).orElse(null);
    Guest guest = guests.get(key);
    String uid = instance == null ? "" : instance.at("/metadata/uid").asText();
    if (guest != null && !guest.instanceUid.equals(uid)) {
      stop(key, guest);
    }
    if (instance == null) {
      return;
    }
    if (instance.at("/metadata/deletionTimestamp").isTextual()) {
      finish(key, instance);
      return;
    }
    InstanceStatus status = new InstanceStatus(instance, Instant.now());
    switch (status.phase()) {
      case "" -> scheduling.accept(instance, status);
      case "Pending" -> status.enter("Scheduling");
      case "Scheduling" -> {
        if (!scheduling.schedule(instance, status)) {
          queue.addAfter(key, IMAGE_RECHECK);
        }
      }
      case "Scheduled" -> launch(key, instance, status);
      case "Running" -> watch(key, instance, status);
      default -> stopped(key);
    }
    ObjectNode after = status.applied();
    if (status.phase().equals("Scheduled")) {
      scheduling.label(after);
    }
    api.patch(KubeVirtApi.INSTANCES, instance, after);
  }

  // --- Scheduled
  // ----------------------------------------------------------------------------------

  private void launch(String key, ObjectNode instance, InstanceStatus status) {
    if (guests.containsKey(key) || adopt(key, instance)) {
      if (guests.get(key).paused) {
        letGo(key, instance, status);
      } else {
        running(key, status);
      }
      return;
    }
    Guest guest = new Guest(instance.at("/metadata/uid").asText());
    try {
      DilationGate.refusal(instance, host.qemu().accelerator())
          .ifPresent(
              refusal -> {
                throw new IllegalArgumentException(refusal);
              });
      guest.paused = DilationGate.guards(instance);
      guest.process = launcher.launch(instance, listener(key, guest));
      guests.put(key, guest);
      if (guest.paused) {
        letGo(key, instance, status);
      } else {
        started(key, instance, status);
      }
    } catch (IOException e) {
      status.fail("LaunchFailed", e.getMessage());
    } catch (IllegalArgumentException e) {
      status.fail("Invalid", e.getMessage());
    }
  }

  /** Lets a paused guest run, once the daemon has dilated it. */
  private void letGo(String key, ObjectNode instance, InstanceStatus status) {
    Guest guest = guests.get(key);
    if (guest.end != null) {
      status.fail("LaunchFailed", guest.end.message());
      return;
    }
    Optional<String> obstacle =
        DilationGate.obstacle(guest.process.record().process(), api.nodeOf(instance));
    if (obstacle.isPresent()) {
      status.conditions().set("Ready", false, "AwaitingDilation", obstacle.get());
      queue.addAfter(key, DILATION_RECHECK);
      return;
    }
    try {
      GuestLauncher.release(guest.process);
      guest.paused = false;
      started(key, instance, status);
    } catch (IOException e) {
      status.fail("LaunchFailed", e.getMessage());
    }
  }

  private void started(String key, ObjectNode instance, InstanceStatus status) {
    running(key, status);
    GuestDefinition definition = GuestDefinition.of(instance.path("spec"));
    status
        .fields()
        .putObject("currentCPUTopology")
        .put("sockets", definition.cpu().sockets())
        .put("cores", definition.cpu().cores())
        .put("threads", definition.cpu().threads());
    status
        .fields()
        .putObject("machine")
        .put(
            "type",
            QemuCommand.machine(
                definition, GuestLauncher.factor(instance), host.qemu().accelerator()));
    queue.addAfter(key, bootPatience.of(instance));
  }

  private void running(String key, InstanceStatus status) {
    status.enter("Running");
    status.conditions().set("Ready", true, "", "");
    agent(guests.get(key), status, Optional.empty());
  }

  private QemuProcess.Listener listener(String key, Guest guest) {
    return new QemuProcess.Listener() {
      @Override
      public void agentChanged(boolean connected) {
        queue.add(key);
      }

      @Override
      public void ended(GuestEnd end) {
        guest.end = end;
        queue.add(key);
      }
    };
  }

  // --- Running ----------------------------------------------------------------------------------

  private void watch(String key, ObjectNode instance, InstanceStatus status) {
    if (!guests.containsKey(key) && !adopt(key, instance)) {
      String words = QemuProcess.lastWords(GuestLauncher.directory(host, instance));
      status.fail("GuestLost", "QEMU is gone: " + words);
      return;
    }
    Guest guest = guests.get(key);
    if (guest.end != null) {
      status.conditions().set("Ready", false, "GuestNotRunning", guest.end.message());
      status.conditions().remove("AgentConnected");
      status.enter(guest.end.succeeded() ? "Succeeded" : "Failed");
      status.fields().put("reason", guest.end.message());
      return;
    }
    Duration ran = Duration.between(status.since("Running"), Instant.now());
    Duration patience = bootPatience.of(instance);
    boolean late = ran.compareTo(patience) >= 0;
    if (!late) {
      queue.addAfter(key, patience.minus(ran));
    }
    agent(guest, status, late ? Optional.of(bootPatience.lateness(instance)) : Optional.empty());
  }

  /** As KubeVirt, there is no condition AgentConnected until an agent was there; or it is late. */
  private static void agent(Guest guest, InstanceStatus status, Optional<String> late) {
    if (guest.process != null && guest.process.agentConnected()) {
      status.conditions().set("AgentConnected", true, "", "");
    } else if (status.conditions().isTrue("AgentConnected")) {
      status
          .conditions()
          .set("AgentConnected", false, "GuestAgentDisconnected", "the guest's agent has ended");
    } else if (late.isPresent() && status.conditions().get("AgentConnected").isEmpty()) {
      status.conditions().set("AgentConnected", false, "GuestAgentTimeout", late.get());
    }
  }

  /** Takes over the process of an earlier supervisor; replaces one that cannot be. */
  private boolean adopt(String key, ObjectNode instance) {
    GuestDirectory directory = GuestLauncher.directory(host, instance);
    String uid = instance.at("/metadata/uid").asText();
    Optional<QemuProcess.Record> record =
        QemuProcess.recordIn(directory)
            .filter(found -> found.instanceUid().equals(uid))
            .filter(found -> ProcFilesystem.runs(found.process()));
    if (record.isEmpty()) {
      return false;
    }
    Guest guest = new Guest(uid);
    Optional<QemuProcess> adopted =
        QemuProcess.adopt(directory, record.get(), listener(key, guest));
    if (adopted.isEmpty()) {
      QemuProcess.end(record.get().process());
      return false;
    }
    guest.process = adopted.get();
    guests.put(key, guest);
    return true;
  }

  // --- the end ----------------------------------------------------------------------------------

  private void stopped(String key) {
    Guest guest = guests.get(key);
    if (guest != null && guest.end == null) {
      guest.process.stop();
    }
  }

  private void stop(String key, Guest guest) {
    guest.process.stop();
    guests.remove(key);
    String[] names = key.split("/", 2);
    remove(key, GuestDirectory.of(host.stateDirectory(), names[0], names[1]), guest.instanceUid);
  }

  /** Stops the guest of a deleted instance and lets the instance go. */
  private void finish(String key, ObjectNode instance) {
    GuestDirectory directory = GuestLauncher.directory(host, instance);
    Guest guest = guests.get(key);
    if (guest != null) {
      guest.process.stop();
      guests.remove(key);
    } else {
      QemuProcess.recordIn(directory).ifPresent(record -> QemuProcess.end(record.process()));
    }
    remove(key, directory, instance.at("/metadata/uid").asText());
    ObjectNode after = instance.deepCopy();
    ArrayNode finalizers = ((ObjectNode) after.path("metadata")).putArray("finalizers");
    for (JsonNode finalizer : instance.at("/metadata/finalizers")) {
      if (!finalizer.asText().equals(InstanceTemplate.FINALIZER)) {
        finalizers.add(finalizer);
      }
    }
    if (finalizers.size() != instance.at("/metadata/finalizers").size()) {
      api.patchGuarded(KubeVirtApi.INSTANCES, instance, after);
    }
  }

  private void remove(String key, GuestDirectory directory, String uid) {
    try {
      launcher.remove(directory, uid, machineStays.test(key));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot remove " + directory.path(), e);
    }
  }
}
