package dev.diecast.operator.plan;

import dev.diecast.api.resources.ModelNetwork;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeSpec;
import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.NodeNetwork;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.core.Rational;
import dev.diecast.core.network.address.AddressPlan;
import dev.diecast.core.network.address.Ipv4Subnet;
import dev.diecast.operator.plan.PlanOutcome.PlacedNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The DilatedNodes that a plan asks for. */
public final class DesiredNodes {

  private DesiredNodes() {}

  /** {@code <model>-<group>-<index>}. */
  public static String name(ScaleModel model, NodeGroup group, int index) {
    return Api.nodeName(model.getMetadata().getName(), group.name(), index);
  }

  /** Names of all nodes of a model, in the order of its groups. */
  public static List<String> names(ScaleModel model) {
    List<String> names = new ArrayList<>();
    for (NodeGroup group : model.getSpec().groups()) {
      for (int index = 0; index < group.replicas(); index++) {
        names.add(name(model, group, index));
      }
    }
    return names;
  }

  /** One node as the plan has it. */
  public static DilatedNode desired(
      ScaleModel model, EffectiveDilation dilation, PlacedNode place) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(Api.LABEL_MODEL, model.getMetadata().getName());
    labels.put(Api.LABEL_GROUP, place.group().name());
    labels.put(Api.LABEL_INDEX, Integer.toString(place.index()));
    labels.put(Api.LABEL_HOST, place.host());
    DilatedNode node = new DilatedNode();
    node.setMetadata(
        new ObjectMetaBuilder()
            .withName(place.name())
            .withNamespace(model.getMetadata().getNamespace())
            .withLabels(labels)
            .withOwnerReferences(ownedBy(model))
            .build());
    node.setSpec(
        new DilatedNodeSpec(
            model.getMetadata().getName(),
            place.group().name(),
            place.index(),
            place.host(),
            dilation,
            place.tscKilohertz().orElse(null),
            place.hostSpeed().equals(Rational.ONE) ? null : place.hostSpeed().toString(),
            place.group().machine(),
            place.group().vm(),
            network(model, place),
            model.getSpec().fidelity()));
    return node;
  }

  /** Null where the model has no network. */
  private static NodeNetwork network(ScaleModel model, PlacedNode place) {
    return model
        .getSpec()
        .networkSpec()
        .map(
            network -> {
              AddressPlan plan = ModelNetwork.addresses(model.getSpec());
              long address = plan.block(place.group().name()).address(place.index());
              return new NodeNetwork(
                  Ipv4Subnet.text(address) + "/" + plan.subnet().prefixLength(),
                  AddressPlan.mac(address).toString(),
                  network.mtuOrDefault(),
                  plan.names());
            })
        .orElse(null);
  }

  /**
   * The node that the model's spec asks for now at the place where an existing one is; empty where
   * the spec asks for none of that name.
   */
  public static Optional<DilatedNode> inPlace(
      ScaleModel model, EffectiveDilation dilation, DilatedNode existing) {
    DilatedNodeSpec spec = existing.getSpec();
    return model.getSpec().groups().stream()
        .filter(group -> group.name().equals(spec.group()) && spec.index() < group.replicas())
        .filter(group -> name(model, group, spec.index()).equals(existing.getMetadata().getName()))
        .findFirst()
        .map(
            group ->
                desired(
                    model,
                    dilation,
                    new PlacedNode(
                        existing.getMetadata().getName(),
                        group,
                        spec.index(),
                        spec.host(),
                        spec.hostSpeed(),
                        Optional.ofNullable(spec.tscKilohertz()))));
  }

  /** Whether an existing node has all that is desired of it. */
  public static boolean matches(DilatedNode existing, DilatedNode desired) {
    Map<String, String> labels =
        existing.getMetadata().getLabels() == null ? Map.of() : existing.getMetadata().getLabels();
    return existing.getSpec().equals(desired.getSpec())
        && labels.entrySet().containsAll(desired.getMetadata().getLabels().entrySet())
        && existing
            .getMetadata()
            .getOwnerReferences()
            .containsAll(desired.getMetadata().getOwnerReferences());
  }

  /** The uid of the object that controls another, where one does. */
  public static Optional<String> controllerUid(HasMetadata resource) {
    return resource.getMetadata().getOwnerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .map(OwnerReference::getUid)
        .findFirst();
  }

  /** That the garbage collector takes it with its model. */
  public static OwnerReference ownedBy(ScaleModel model) {
    return new OwnerReferenceBuilder()
        .withApiVersion(model.getApiVersion())
        .withKind(model.getKind())
        .withName(model.getMetadata().getName())
        .withUid(model.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .build();
  }
}
