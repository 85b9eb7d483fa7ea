package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.standalone.process.CgroupMounts;
import dev.diecast.standalone.process.ProcFilesystem;
import dev.diecast.standalone.process.ProcessIdentity;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Stands in for KubeVirt's virt-controller and virt-handler on one machine: VirtualMachine to
 * VirtualMachineInstance to QEMU process. Operator and daemon cannot tell the difference.
 *
 * <p>Processes outlive it: closing it, or killing it, leaves guests running, and the next one on
 * the same state directory takes them over.
 */
public final class StandIn implements AutoCloseable {

  private final SharedIndexInformer<GenericKubernetesResource> machineInformer;
  private final SharedIndexInformer<GenericKubernetesResource> instanceInformer;
  private final GuestCgroups cgroups;
  private final MachineController machines;
  private final InstanceController instances;

  private StandIn(KubernetesClient client, GuestHost host, GuestCgroups cgroups) {
    this.cgroups = cgroups;
    KubeVirtApi api = new KubeVirtApi(client);
    // Handlers run when the informers do, and those are started when all of this stands.
    this.machineInformer = api.inform(KubeVirtApi.MACHINES, onChange(this::machineChanged));
    this.instanceInformer = api.inform(KubeVirtApi.INSTANCES, onChange(this::instanceChanged));
    this.machines =
        new MachineController(
            api, key -> find(machineInformer, key), key -> find(instanceInformer, key));
    this.instances =
        new InstanceController(
            api,
            host,
            cgroups,
            key -> find(instanceInformer, key),
            key ->
                find(machineInformer, key)
                    .filter(machine -> !machine.at("/metadata/deletionTimestamp").isTextual())
                    .isPresent());
  }

  /**
   * Starts it.
   *
   * @param mark the environment variable and value that mark the instance's processes
   * @param progress lines for people
   */
  public static StandIn start(
      KubernetesClient client,
      GuestHost host,
      Map.Entry<String, String> mark,
      Consumer<String> progress) {
    endOrphans(client, host, mark, progress);
    GuestCgroups cgroups =
        GuestCgroups.make(host.cgroupName(), CgroupMounts.ofThisProcess(), progress);
    StandIn standIn = new StandIn(client, host, cgroups);
    // Instances first: a machine is not to be judged before its instance is known.
    standIn.instanceInformer.run();
    standIn.machineInformer.run();
    return standIn;
  }

  @Override
  public void close() {
    machineInformer.stop();
    instanceInformer.stop();
    machines.queue().close();
    instances.queue().close();
    cgroups.removeBase();
  }

  /**
   * Ends guests that no instance asks for, or whose record is missing: what a supervisor that was
   * killed midway has left.
   */
  private static void endOrphans(
      KubernetesClient client,
      GuestHost host,
      Map.Entry<String, String> mark,
      Consumer<String> progress) {
    List<ProcessIdentity> guests =
        ProcFilesystem.withEnvironment(mark.getKey(), mark.getValue()).stream()
            .filter(process -> ProcFilesystem.commandLine(process.pid()).contains("-uuid"))
            .toList();
    if (guests.isEmpty()) {
      return;
    }
    Set<ProcessIdentity> wanted =
        new KubeVirtApi(client)
            .instances().stream()
                .flatMap(instance -> recorded(host, instance).stream())
                .collect(Collectors.toSet());
    for (ProcessIdentity guest : guests) {
      if (!wanted.contains(guest)) {
        progress.accept("ending a guest that nothing asks for (pid " + guest.pid() + ")");
        QemuProcess.end(guest);
      }
    }
  }

  private static Optional<ProcessIdentity> recorded(GuestHost host, ObjectNode instance) {
    String uid = instance.at("/metadata/uid").asText();
    return QemuProcess.recordIn(GuestLauncher.directory(host, instance))
        .filter(record -> record.instanceUid().equals(uid))
        .map(QemuProcess.Record::process);
  }

  private void machineChanged(String key) {
    machines.queue().add(key);
  }

  private void instanceChanged(String key) {
    instances.queue().add(key);
    machines.queue().add(key);
  }

  private static Optional<ObjectNode> find(
      SharedIndexInformer<GenericKubernetesResource> informer, String key) {
    return Optional.ofNullable(informer.getStore().getByKey(key)).map(KubeVirtApi::tree);
  }

  private static ResourceEventHandler<GenericKubernetesResource> onChange(
      Consumer<String> changed) {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(GenericKubernetesResource added) {
        changed.accept(key(added));
      }

      @Override
      public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {
        changed.accept(key(after));
      }

      @Override
      public void onDelete(GenericKubernetesResource deleted, boolean unknownFinalState) {
        changed.accept(key(deleted));
      }
    };
  }

  private static String key(GenericKubernetesResource resource) {
    return resource.getMetadata().getNamespace() + "/" + resource.getMetadata().getName();
  }
}
