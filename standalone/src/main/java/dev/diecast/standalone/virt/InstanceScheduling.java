package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The phases before an instance runs: the part of virt-controller, and of a scheduler. */
final class InstanceScheduling {
  private static final String NODE_LABEL = "kubevirt.io/nodeName";

  private final GuestHost host;

  InstanceScheduling(GuestHost host) {
    this.host = host;
  }

  void accept(ObjectNode instance, InstanceStatus status) {
    Optional<InstanceTemplate.Problem> problem = problem(instance);
    if (problem.isPresent()) {
      status.fail(problem.get().reason(), problem.get().message());
    } else {
      status.enter("Pending");
    }
  }

  private static Optional<InstanceTemplate.Problem> problem(ObjectNode instance) {
    List<Refusal> refusals = SupportedFields.ofTemplate("spec", instance.path("spec"));
    if (!refusals.isEmpty()) {
      return Optional.of(InstanceTemplate.unsupported(refusals));
    }
    try {
      GuestDefinition.of(instance.path("spec"));
      GuestLauncher.clock(instance);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(new InstanceTemplate.Problem("Invalid", e.getMessage()));
    }
  }

  /**
   * Puts it on the one node there is, if it may go there and its images are there.
   *
   * @return false where that is to be tried again, since an image may be built now
   */
  boolean schedule(ObjectNode instance, InstanceStatus status) {
    Map<String, String> labels =
        Map.of(
            "kubernetes.io/hostname", host.nodeName(),
            "kubernetes.io/os", "linux",
            "kubernetes.io/arch", "amd64",
            "kubevirt.io/schedulable", "true");
    for (var wanted : instance.at("/spec/nodeSelector").properties()) {
      if (!wanted.getValue().asText().equals(labels.get(wanted.getKey()))) {
        status
            .conditions()
            .set(
                "PodScheduled",
                false,
                "Unschedulable",
                "spec.nodeSelector asks for "
                    + wanted.getKey()
                    + "="
                    + wanted.getValue().asText()
                    + "; the one node here is "
                    + host.nodeName());
        return true;
      }
    }
    status.conditions().set("PodScheduled", true, "", "");
    // An image that comes with this product may be built now, which takes a while.
    List<String> missing =
        GuestDefinition.of(instance.path("spec")).images().stream()
            .filter(reference -> !isThere(reference))
            .toList();
    if (!missing.isEmpty()) {
      status.conditions().set("Synchronized", false, "ErrImagePull", missing(missing));
      return false;
    }
    status.conditions().remove("Synchronized");
    status.fields().put("nodeName", host.nodeName());
    status.enter("Scheduled");
    return true;
  }

  private boolean isThere(String reference) {
    try {
      return host.images().resolve(reference).isPresent();
    } catch (IllegalArgumentException e) {
      // No image can have such a name: as good as missing.
      return false;
    }
  }

  private String missing(List<String> references) {
    List<String> available = host.images().available();
    return "no image "
        + String.join(", ", references)
        + " on this machine; there "
        + (available.isEmpty() ? "is none" : "are " + String.join(", ", available));
  }

  /** Says where it runs, as KubeVirt does. */
  void label(ObjectNode instance) {
    ObjectNode metadata = (ObjectNode) instance.path("metadata");
    ObjectNode labels =
        metadata.path("labels") instanceof ObjectNode existing
            ? existing
            : metadata.putObject("labels");
    labels.put(NODE_LABEL, host.nodeName());
  }
}
