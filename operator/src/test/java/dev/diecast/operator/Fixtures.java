package dev.diecast.operator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.DilationHostSpec;
import dev.diecast.api.v1alpha1.DilationHostStatus;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.DriverChoice;
import dev.diecast.api.v1alpha1.HostPolicy;
import dev.diecast.api.v1alpha1.HostReserve;
import dev.diecast.api.v1alpha1.InstancetypeReference;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.api.v1alpha1.TargetMachine;
import dev.diecast.api.v1alpha1.TimeDilation;
import dev.diecast.api.v1alpha1.VmSource;
import dev.diecast.operator.plan.DesiredNodes;
import dev.diecast.operator.plan.PlanOutcome;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Models, hosts and nodes for tests: what is not said is what a plain one would have. */
public final class Fixtures {

  public static final String NAMESPACE = "default";
  public static final long TSC_KILOHERTZ = 2_900_000;

  private Fixtures() {}

  public static TargetMachine machine(int cpus, String speed, String memory) {
    return new TargetMachine(cpus, speed, new Quantity(memory), null, List.of());
  }

  public static VmSource image() {
    return new VmSource(
        new InstancetypeReference(
            "small", InstancetypeReference.Kind.VirtualMachineClusterInstancetype),
        null,
        "diecast/base:1",
        null);
  }

  public static VmSource template(String yaml) {
    return new VmSource(null, null, null, Serialization.unmarshal("---\n" + yaml, JsonNode.class));
  }

  public static NodeGroup group(String name, int replicas, TargetMachine machine) {
    return new NodeGroup(name, replicas, machine, image());
  }

  public static NodeGroup group(String name, int replicas) {
    return group(name, replicas, machine(1, "1", "128Mi"));
  }

  /** No reserve, so that sums in tests are round. */
  public static ScaleModel model(String name, String factor, NodeGroup... groups) {
    return model(name, new TimeDilation(factor, null, DriverChoice.Auto), groups);
  }

  public static ScaleModel model(String name, TimeDilation dilation, NodeGroup... groups) {
    ScaleModel model = new ScaleModel();
    model.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withNamespace(NAMESPACE)
            .withUid("uid-of-" + name)
            .withGeneration(1L)
            .build());
    model.setSpec(
        new ScaleModelSpec(
            dilation, new HostPolicy(null, new HostReserve(0, 0, 0, 0)), List.of(groups)));
    return model;
  }

  /** The same model on hosts with the label {@code test=<value>}. */
  public static ScaleModel onHosts(ScaleModel model, String value) {
    ScaleModelSpec spec = model.getSpec();
    model.setSpec(
        new ScaleModelSpec(
            spec.timeDilation(),
            new HostPolicy(
                new LabelSelectorBuilder().addToMatchLabels("test", value).build(),
                new HostReserve(0, 0, 0, 0)),
            spec.groups(),
            spec.network()));
    return model;
  }

  public static DilationHost host(String name, String cpu, String memory) {
    DilationHost host = new DilationHost();
    host.setMetadata(new ObjectMetaBuilder().withName(name).withLabels(Map.of()).build());
    host.setSpec(new DilationHostSpec());
    host.setStatus(hostStatus(cpu, memory, TSC_KILOHERTZ, "True"));
    return host;
  }

  public static DilationHostStatus hostStatus(
      String cpu, String memory, long tscKilohertz, String ready) {
    return new DilationHostStatus(
        1L,
        new DilationHostStatus.Capacity(
            new Quantity(cpu), new Quantity(memory), null, null, null, null),
        new DilationHostStatus.Overhead(new Quantity("0"), new Quantity("0")),
        new DilationHostStatus.Tsc(tscKilohertz, "KVM"),
        List.of(
            new DilationHostStatus.DriverStatus(Driver.GuestKernel, true, null),
            new DilationHostStatus.DriverStatus(Driver.HostModule, false, "no module")),
        null,
        null,
        null,
        null,
        null,
        null,
        List.of(condition("Ready", ready, "Tested")));
  }

  /** The same where the host's module works. */
  public static DilationHostStatus withModule(DilationHostStatus status) {
    return new DilationHostStatus(
        status.observedGeneration(),
        status.capacity(),
        status.overheadPerNode(),
        status.tsc(),
        List.of(
            new DilationHostStatus.DriverStatus(Driver.GuestKernel, true, null),
            new DilationHostStatus.DriverStatus(Driver.HostModule, true, null)),
        null,
        null,
        null,
        null,
        null,
        null,
        status.conditions());
  }

  public static Condition condition(String type, String status, String reason) {
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(reason)
        .withMessage(reason + " it is")
        .withLastTransitionTime("2026-01-01T00:00:00Z")
        .build();
  }

  /** The nodes of a plan as the API server would hold them. */
  public static List<DilatedNode> written(ScaleModel model, PlanOutcome.Planned plan) {
    List<DilatedNode> nodes = new ArrayList<>();
    for (PlanOutcome.PlacedNode place : plan.nodes()) {
      DilatedNode node = DesiredNodes.desired(model, plan.timeDilation(), place);
      node.getMetadata().setUid("uid-of-" + place.name());
      node.getMetadata().setGeneration(1L);
      nodes.add(node);
    }
    return nodes;
  }
}
