package dev.diecast.operator;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeStatus;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

/** Objects that carry a status and nothing else, as server-side apply wants them. */
final class StatusPatch {

  private StatusPatch() {}

  static ScaleModel of(ScaleModel model, ScaleModelStatus status) {
    ScaleModel patch = new ScaleModel();
    patch.setMetadata(identity(model));
    patch.setStatus(status);
    return patch;
  }

  static DilatedNode of(DilatedNode node, DilatedNodeStatus status) {
    DilatedNode patch = new DilatedNode();
    patch.setMetadata(identity(node));
    patch.setStatus(status);
    return patch;
  }

  private static ObjectMeta identity(HasMetadata resource) {
    return new ObjectMetaBuilder()
        .withName(resource.getMetadata().getName())
        .withNamespace(resource.getMetadata().getNamespace())
        .build();
  }
}
