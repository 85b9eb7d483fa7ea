package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Applies an instancetype and a preference to a template's spec, as KubeVirt does: an instancetype
 * owns CPU and memory, so a template that sets them too conflicts with it; a preference only fills
 * in what the template leaves open (KubeVirt, pkg/instancetype/apply and
 * pkg/instancetype/conflict).
 */
final class InstancetypeExpansion {

  private InstancetypeExpansion() {}

  /**
   * What came of it.
   *
   * @param spec the expanded spec; as good as the template where there are refusals
   */
  record Expanded(ObjectNode spec, List<Refusal> refusals) {}

  static Expanded of(
      JsonNode template, Optional<JsonNode> instancetype, Optional<JsonNode> preference) {
    ObjectNode spec = template.deepCopy();
    List<Refusal> refusals = new ArrayList<>();
    instancetype.ifPresent(
        type -> {
          refusals.addAll(SupportedFields.ofInstancetype("instancetype.spec", type));
          refusals.addAll(conflicts(spec));
        });
    preference.ifPresent(
        wish -> refusals.addAll(SupportedFields.ofPreference("preference.spec", wish)));
    if (refusals.isEmpty()) {
      ObjectNode domain = object(spec, "domain");
      instancetype.ifPresent(type -> size(spec, domain, type, preference));
      preference.ifPresent(wish -> prefer(spec, domain, wish));
    }
    return new Expanded(spec, List.copyOf(refusals));
  }

  private static List<Refusal> conflicts(JsonNode spec) {
    List<Refusal> refusals = new ArrayList<>();
    for (String field :
        List.of("cpu/cores", "cpu/sockets", "cpu/threads", "memory/guest", "resources/requests")) {
      if (!spec.at("/domain/" + field).isMissingNode()) {
        refusals.add(
            new Refusal(
                "spec.template.spec.domain." + field.replace('/', '.'),
                "conflicts with the instancetype, which sets it; remove one of them"));
      }
    }
    return refusals;
  }

  private static void size(
      ObjectNode spec, ObjectNode domain, JsonNode type, Optional<JsonNode> preference) {
    String topology =
        preference
            .map(wish -> wish.at("/cpu/preferredCPUTopology").asText("sockets"))
            .orElse("sockets");
    ObjectNode cpu = object(domain, "cpu");
    cpu.put("sockets", 1).put("cores", 1).put("threads", 1);
    cpu.put(
        switch (topology) {
          case "cores", "preferCores" -> "cores";
          case "threads", "preferThreads" -> "threads";
          default -> "sockets";
        },
        type.at("/cpu/guest").asInt(1));
    object(domain, "memory").put("guest", type.at("/memory/guest").asText());
    if (type.path("nodeSelector") instanceof ObjectNode selector && !spec.has("nodeSelector")) {
      spec.set("nodeSelector", selector.deepCopy());
    }
  }

  private static void prefer(ObjectNode spec, ObjectNode domain, JsonNode wish) {
    fill(object(domain, "machine"), "type", wish.at("/machine/preferredMachineType"));
    ObjectNode devices = object(domain, "devices");
    for (String device : List.of("GraphicsDevice", "MemBalloon", "PodInterface")) {
      fill(devices, "autoattach" + device, wish.at("/devices/preferredAutoattach" + device));
    }
    fill(devices, "rng", wish.at("/devices/preferredRng"));
    fill(
        spec, "terminationGracePeriodSeconds", wish.path("preferredTerminationGracePeriodSeconds"));
  }

  private static void fill(ObjectNode target, String field, JsonNode value) {
    if (!value.isMissingNode() && !target.has(field)) {
      target.set(field, value.deepCopy());
    }
  }

  private static ObjectNode object(ObjectNode parent, String field) {
    return parent.path(field) instanceof ObjectNode existing ? existing : parent.putObject(field);
  }
}
