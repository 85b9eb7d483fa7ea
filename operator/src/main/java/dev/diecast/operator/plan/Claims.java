package dev.diecast.operator.plan;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.ScaleModel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whose the DilatedNodes are that a model meets. */
public sealed interface Claims {

  /**
   * Nobody else has a name that this model's nodes would have.
   *
   * @param own nodes of the model
   * @param others nodes of all other models
   */
  record Clear(List<DilatedNode> own, List<DilatedNode> others) implements Claims {}

  /** A node's name belongs to another model. */
  record NameTaken(String message, List<DilatedNode> own) implements Claims {}

  /** Nodes of a deleted model of the same name are not gone yet. */
  record Waiting(String message) implements Claims {}

  /**
   * @param model with its uid
   * @param all DilatedNodes of all namespaces
   */
  static Claims of(ScaleModel model, Collection<DilatedNode> all) {
    Set<String> names = new HashSet<>(DesiredNodes.names(model));
    List<DilatedNode> own = new ArrayList<>();
    List<DilatedNode> others = new ArrayList<>();
    for (DilatedNode node : all) {
      boolean sameNamespace =
          node.getMetadata().getNamespace().equals(model.getMetadata().getNamespace());
      if (sameNamespace && belongsTo(model, node)) {
        own.add(node);
      } else if (sameNamespace && names.contains(node.getMetadata().getName())) {
        return taken(model, node, own);
      } else {
        others.add(node);
      }
    }
    return new Clear(own, others);
  }

  private static Claims taken(ScaleModel model, DilatedNode node, List<DilatedNode> own) {
    String name = node.getMetadata().getName();
    String owner = node.getSpec().model();
    if (owner.equals(model.getMetadata().getName())) {
      return new Waiting(
          "DilatedNode " + name + " of a deleted ScaleModel of this name is not gone yet");
    }
    return new NameTaken(
        "spec.groups: node "
            + name
            + " would have the name of a node of ScaleModel "
            + owner
            + ": rename the group or the model",
        own);
  }

  /** A node without an owner, left by {@code --cascade=orphan}, is taken back by its model. */
  private static boolean belongsTo(ScaleModel model, DilatedNode node) {
    return DesiredNodes.controllerUid(node)
        .map(model.getMetadata().getUid()::equals)
        .orElse(node.getSpec().model().equals(model.getMetadata().getName()));
  }
}
