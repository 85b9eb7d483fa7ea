package dev.diecast.api.validation;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.Rules;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Whether a ScaleModel can be planned at all. What depends on hosts or on other objects (does it
 * fit, is the instancetype there) is the operator's to say.
 */
public final class ScaleModelValidation {

  private static final int MOST_GROUPS = 64;
  private static final int MOST_REPLICAS = 10_000;
  private static final int LONGEST_GROUP_NAME = 40;
  private static final Pattern DNS_LABEL = Pattern.compile(Rules.DNS_LABEL);

  /**
   * All that is wrong with a model; empty where it is valid. Defaults need not have been applied.
   */
  public static List<FieldError> validate(ScaleModel model) {
    FieldErrors errors = FieldErrors.atRoot();
    String name = model.getMetadata() == null ? null : model.getMetadata().getName();
    checkModelName(name, errors.at("metadata").at("name"));
    ScaleModelSpec spec = model.getSpec();
    if (spec == null) {
      errors.at("spec").refuse("is required: timeDilation and groups");
      return errors.list();
    }
    FieldErrors at = errors.at("spec");
    DilationRules.check(spec.timeDilation(), at.at("timeDilation"));
    if (spec.hosts() != null) {
      HostPolicyRules.check(spec.hosts(), at.at("hosts"));
    }
    checkGroups(name, spec, at.at("groups"));
    if (spec.network() != null) {
      NetworkRules.check(spec, at.at("network"));
    }
    if (spec.fidelity() != null) {
      FidelityRules.check(spec.fidelity(), at.at("fidelity"));
    }
    return errors.list();
  }

  /**
   * All that is wrong with a model as it stands in a file: also what a server drops silently or
   * refuses with less to go by, such as misspelt fields and numbers that must be texts.
   *
   * @param document one YAML or JSON document
   */
  public static List<FieldError> validate(JsonNode document) {
    FieldErrors errors = FieldErrors.atRoot();
    if (!document.isObject()) {
      errors.at("kind").refuse("is missing: this is not a Kubernetes object");
      return errors.list();
    }
    checkConstant(document, "apiVersion", Api.GROUP + "/" + Api.VERSION, errors);
    checkConstant(document, "kind", "ScaleModel", errors);
    if (errors.list().isEmpty()) {
      Schemas.scaleModel().checkShape(document, errors);
      Schemas.metadata().checkShape(document.path("metadata"), errors.at("metadata"));
    }
    if (!errors.list().isEmpty()) {
      return errors.list();
    }
    try {
      return validate(Json.SERIALIZATION.convertValue(document, ScaleModel.class));
    } catch (IllegalArgumentException e) {
      return List.of(unreadable(e));
    }
  }

  private static void checkConstant(
      JsonNode document, String field, String expected, FieldErrors errors) {
    String actual = document.path(field).asText("");
    if (!actual.equals(expected)) {
      errors
          .at(field)
          .refuse(
              (actual.isEmpty() ? "is missing" : "is " + FieldErrors.quote(actual))
                  + ", and must be "
                  + expected);
    }
  }

  private static FieldError unreadable(IllegalArgumentException e) {
    FieldErrors at = FieldErrors.atRoot();
    if (e.getCause() instanceof JsonMappingException mapping) {
      for (JsonMappingException.Reference step : mapping.getPath()) {
        at = step.getFieldName() == null ? at.at(step.getIndex()) : at.at(step.getFieldName());
      }
      return new FieldError(at.path(), "cannot be read: " + mapping.getOriginalMessage());
    }
    return new FieldError(at.path(), "cannot be read: " + e.getMessage());
  }

  private static void checkModelName(String name, FieldErrors at) {
    if (name == null || name.isEmpty()) {
      at.refuse("is required: it begins the name of every node");
    } else if (!DNS_LABEL.matcher(name).matches()) {
      at.refuse(
          FieldErrors.quote(name)
              + " cannot begin a host name: use lower case letters, digits and -, without dots,"
              + " a letter or digit first and last");
    }
  }

  private static void checkGroups(String modelName, ScaleModelSpec spec, FieldErrors at) {
    List<NodeGroup> groups = spec.groups();
    if (groups.isEmpty()) {
      at.refuse("is required: a model has at least one group of nodes");
    }
    if (groups.size() > MOST_GROUPS) {
      at.refuse("has " + groups.size() + " groups, and may have " + MOST_GROUPS + " at most");
    }
    Map<String, Integer> firstByName = new HashMap<>();
    for (int i = 0; i < groups.size(); i++) {
      NodeGroup group = groups.get(i);
      if (group == null) {
        at.at(i).refuse("is empty: give name, replicas, machine and vm, or take it out");
        continue;
      }
      checkGroup(modelName, group, spec, at.at(i));
      Integer first = group.name() == null ? null : firstByName.putIfAbsent(group.name(), i);
      if (first != null) {
        at.at(i)
            .at("name")
            .refuse(
                FieldErrors.quote(group.name())
                    + " is the name of groups["
                    + first
                    + "] too: names are unique in a model");
      }
    }
  }

  private static void checkGroup(
      String modelName, NodeGroup group, ScaleModelSpec spec, FieldErrors at) {
    checkGroupName(group.name(), at.at("name"));
    checkReplicas(group.replicas(), at.at("replicas"));
    checkNodeName(modelName, group, at.at("name"));
    if (group.machine() == null) {
      at.at("machine").refuse("is required: cpus and memory at least");
    } else {
      MachineRules.check(group.machine(), spec.timeDilation(), at.at("machine"));
    }
    if (group.vm() == null) {
      at.at("vm").refuse("is required: instancetype and image, or template");
    } else {
      VmRules.check(group, spec.timeDilation(), at.at("vm"));
    }
  }

  private static void checkGroupName(String name, FieldErrors at) {
    if (name == null || name.isEmpty()) {
      at.refuse("is required: nodes are called <model>-<group>-<index>");
    } else if (!DNS_LABEL.matcher(name).matches()) {
      at.refuse(
          FieldErrors.quote(name)
              + " cannot be part of a host name: use lower case letters, digits and -,"
              + " a letter or digit first and last");
    } else if (name.length() > LONGEST_GROUP_NAME) {
      at.refuse(
          "has " + name.length() + " characters, and may have " + LONGEST_GROUP_NAME + " at most");
    }
  }

  private static void checkReplicas(Integer replicas, FieldErrors at) {
    if (replicas == null) {
      at.refuse("is required: how many nodes of this kind the service has");
    } else if (replicas < 1) {
      at.refuse("is " + replicas + ", and must be 1 or more: take the group out to have none");
    } else if (replicas > MOST_REPLICAS) {
      at.refuse("is " + replicas + ", and may be " + MOST_REPLICAS + " at most: make more groups");
    }
  }

  private static void checkNodeName(String modelName, NodeGroup group, FieldErrors at) {
    if (modelName == null || group.name() == null || group.replicas() == null) {
      return;
    }
    String longest = Api.nodeName(modelName, group.name(), Math.max(0, group.replicas() - 1));
    if (longest.length() > Rules.LONGEST_NODE_NAME) {
      at.refuse(
          "makes the node name "
              + FieldErrors.quote(longest)
              + " of "
              + longest.length()
              + " characters, and a host name has "
              + Rules.LONGEST_NODE_NAME
              + " at most: shorten metadata.name or this name");
    }
  }

  /** Made when a document is first read: an object mapper takes its time. */
  private static final class Json {
    static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();
  }

  private ScaleModelValidation() {}
}
