package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The VirtualMachineInstance that a VirtualMachine asks for, or why there can be none.
 *
 * @param spec expanded by instancetype and preference
 * @param problem empty where it can be run here
 */
record InstanceTemplate(ObjectNode spec, Optional<Problem> problem) {

  /** What KubeVirt's webhook puts on every instance: it goes when the guest is stopped. */
  static final String FINALIZER = "foregroundDeleteVirtualMachine";

  static final String UNSUPPORTED = "UnsupportedByStandalone";

  /** On an instance: the hash of the template it was made from. */
  private static final String HASH_ANNOTATION = "standalone.diecast.dev/template-hash";

  /** KubeVirt's label for the machine that an instance belongs to. */
  private static final String NAME_LABEL = "vm.kubevirt.io/name";

  /** Why a machine cannot be started, for its condition Failure. */
  record Problem(String reason, String message) {}

  /** Where instancetypes and preferences come from: kind, namespace, name. */
  interface Catalogue {
    Optional<JsonNode> find(String kind, String namespace, String name);
  }

  static InstanceTemplate of(ObjectNode machine, Catalogue catalogue) {
    JsonNode spec = machine.path("spec");
    List<Refusal> refusals = new ArrayList<>(SupportedFields.ofMachine(spec));
    ObjectNode template =
        spec.at("/template/spec") instanceof ObjectNode given
            ? given.deepCopy()
            : KubeVirtApi.object();
    String namespace = machine.at("/metadata/namespace").asText();
    Optional<JsonNode> instancetype = Optional.empty();
    Optional<JsonNode> preference = Optional.empty();
    for (String field : List.of("instancetype", "preference")) {
      if (!spec.has(field)) {
        continue;
      }
      boolean isType = field.equals("instancetype");
      String kind =
          spec.path(field)
              .path("kind")
              .asText(
                  isType ? "VirtualMachineClusterInstancetype" : "VirtualMachineClusterPreference");
      String name = spec.path(field).path("name").asText();
      Optional<JsonNode> found = catalogue.find(kind, namespace, name);
      if (found.isEmpty()) {
        return new InstanceTemplate(
            template,
            Optional.of(
                new Problem(
                    isType ? "UnknownInstancetype" : "UnknownPreference",
                    "spec."
                        + field
                        + ": there is no "
                        + kind
                        + " \""
                        + name
                        + "\"; create it or name another")));
      }
      if (isType) {
        instancetype = found;
      } else {
        preference = found;
      }
    }
    InstancetypeExpansion.Expanded expanded =
        InstancetypeExpansion.of(template, instancetype, preference);
    refusals.addAll(expanded.refusals());
    refusals.addAll(SupportedFields.ofTemplate("spec.template.spec", expanded.spec()));
    Optional<Problem> problem =
        refusals.isEmpty()
            ? definitionProblem(expanded.spec())
            : Optional.of(unsupported(refusals));
    return new InstanceTemplate(expanded.spec(), problem);
  }

  static Problem unsupported(List<Refusal> refusals) {
    return new Problem(
        UNSUPPORTED, refusals.stream().map(Refusal::message).collect(Collectors.joining("; ")));
  }

  private static Optional<Problem> definitionProblem(ObjectNode spec) {
    try {
      GuestDefinition.of(spec);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(new Problem("Invalid", "spec.template." + e.getMessage()));
    }
  }

  /** The whole object, as KubeVirt's controller makes it. */
  ObjectNode instance(ObjectNode machine) {
    ObjectNode instance = KubeVirtApi.object();
    instance.put("apiVersion", KubeVirtApi.GROUP_VERSION).put("kind", "VirtualMachineInstance");
    ObjectNode metadata = instance.putObject("metadata");
    String name = machine.at("/metadata/name").asText();
    metadata.put("name", name).put("namespace", machine.at("/metadata/namespace").asText());
    JsonNode template = machine.at("/spec/template/metadata");
    ObjectNode labels = metadata.putObject("labels");
    if (template.path("labels") instanceof ObjectNode given) {
      labels.setAll(given);
    }
    labels.put(NAME_LABEL, name);
    ObjectNode annotations = metadata.putObject("annotations");
    if (template.path("annotations") instanceof ObjectNode given) {
      annotations.setAll(given);
    }
    annotations.put(HASH_ANNOTATION, hash());
    metadata.putArray("finalizers").add(FINALIZER);
    ObjectNode owner = metadata.putArray("ownerReferences").addObject();
    owner.put("apiVersion", KubeVirtApi.GROUP_VERSION).put("kind", "VirtualMachine");
    owner.put("name", name).put("uid", machine.at("/metadata/uid").asText());
    owner.put("controller", true).put("blockOwnerDeletion", true);
    ObjectNode complete = spec.deepCopy();
    ObjectNode domain = child(complete, "domain");
    child(domain, "devices");
    ObjectNode firmware = child(domain, "firmware");
    if (!firmware.hasNonNull("uuid")) {
      firmware.put("uuid", uuid(machine));
    }
    instance.set("spec", complete);
    return instance;
  }

  /** Stays the same as long as what runs is what the template says. */
  String hash() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(spec.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static String hashOf(ObjectNode instance) {
    return instance.at("/metadata/annotations").path(HASH_ANNOTATION).asText();
  }

  /** The same at every start of a machine, as under KubeVirt. */
  private static String uuid(ObjectNode machine) {
    byte[] uid = machine.at("/metadata/uid").asText().getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(uid).toString();
  }

  private static ObjectNode child(ObjectNode parent, String field) {
    return parent.path(field) instanceof ObjectNode existing ? existing : parent.putObject(field);
  }
}
