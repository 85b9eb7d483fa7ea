package dev.diecast.api.crd;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The reference page, docs/reference/api.md, out of the CRDs. */
final class ApiReference {

  private static final String HEADER =
      """
      <!-- Generated from the CRDs; do not edit. To write it anew: mvn -pl crds test -Dcrds.write -->
      # API reference: diecast.dev/v1alpha1

      Numbers of a target machine are in the guest's time frame. Rational numbers are texts: `"10"`, `"5/2"`, `"2.5"`.
      Quantities are Kubernetes': `128Mi`, `1G`, `500m`. Fields in bold are required.
      """;

  static String page(Collection<String> crds) {
    StringBuilder page = new StringBuilder(HEADER);
    List<String> order = GeneratedFiles.TYPES.stream().map(HasMetadata::getKind).toList();
    crds.stream()
        .map(yaml -> new KubernetesSerialization().unmarshal(yaml, CustomResourceDefinition.class))
        .sorted(Comparator.comparing(crd -> order.indexOf(crd.getSpec().getNames().getKind())))
        .forEach(crd -> append(page, crd));
    return page.toString();
  }

  private static void append(StringBuilder page, CustomResourceDefinition crd) {
    page.append("\n## ").append(crd.getSpec().getNames().getKind()).append("\n\n");
    page.append("`kubectl get ").append(crd.getSpec().getNames().getPlural());
    page.append("`, short `").append(crd.getSpec().getNames().getShortNames().getFirst());
    page.append("`, in category `diecast`; ");
    page.append(crd.getSpec().getScope().equals("Cluster") ? "cluster-wide" : "namespaced");
    page.append(".\n");
    JSONSchemaProps root = crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
    List<String> rules = new ArrayList<>();
    collectRules("", root, rules);
    for (String part : List.of("spec", "status")) {
      if (!root.getProperties().containsKey(part)) {
        continue;
      }
      page.append("\n### ").append(part).append("\n\n");
      page.append("| field | type | what it is |\n|---|---|---|\n");
      JSONSchemaProps schema = root.getProperties().get(part);
      schema
          .getProperties()
          .forEach((name, field) -> row(page, name, isRequired(schema, name), field));
    }
    if (!rules.isEmpty()) {
      page.append("\n### Rules\n\n");
      rules.forEach(rule -> page.append("* ").append(rule).append('\n'));
    }
  }

  private static void row(
      StringBuilder page, String path, boolean required, JSONSchemaProps schema) {
    String mark = required ? "**" : "";
    page.append("| ").append(mark).append('`').append(path).append('`').append(mark);
    page.append(" | ").append(type(schema));
    page.append(" | ").append(cell(schema.getDescription())).append(limits(schema)).append(" |\n");
    JSONSchemaProps inner = schema;
    String prefix = path;
    if (schema.getItems() != null) {
      inner = schema.getItems().getSchema();
      prefix = path + "[]";
    }
    if (inner.getProperties() != null) {
      for (var field : inner.getProperties().entrySet()) {
        boolean needed = isRequired(inner, field.getKey());
        row(page, prefix + "." + field.getKey(), needed, field.getValue());
      }
    }
  }

  private static boolean isRequired(JSONSchemaProps schema, String field) {
    return schema.getRequired() != null && schema.getRequired().contains(field);
  }

  private static String type(JSONSchemaProps schema) {
    if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
      return "quantity";
    }
    if (!schema.getEnum().isEmpty()) {
      return schema.getEnum().stream().map(JsonNode::asText).collect(Collectors.joining(", "));
    }
    if (schema.getAdditionalProperties() != null) {
      return "map of " + schema.getAdditionalProperties().getSchema().getType();
    }
    if (schema.getItems() == null) {
      return schema.getType();
    }
    String keyed =
        "map".equals(schema.getXKubernetesListType())
            ? ", unique by " + String.join(", ", schema.getXKubernetesListMapKeys())
            : "";
    return "list of " + schema.getItems().getSchema().getType() + keyed;
  }

  private static String limits(JSONSchemaProps schema) {
    List<String> limits = new ArrayList<>();
    if (schema.getDefault() != null) {
      limits.add("default `" + schema.getDefault().asText() + "`");
    }
    boolean quantity = Boolean.TRUE.equals(schema.getXKubernetesIntOrString());
    if (schema.getMinimum() != null && !quantity) {
      limits.add("at least " + schema.getMinimum().longValue());
    }
    if (schema.getMaximum() != null) {
      limits.add("at most " + schema.getMaximum().longValue());
    }
    if (schema.getMaxItems() != null) {
      limits.add("at most " + schema.getMaxItems() + " elements");
    }
    if (schema.getMaxLength() != null && !quantity) {
      limits.add("at most " + schema.getMaxLength() + " characters");
    }
    return limits.isEmpty() ? "" : " (" + String.join("; ", limits) + ")";
  }

  private static void collectRules(String path, JSONSchemaProps schema, List<String> rules) {
    if (schema.getXKubernetesValidations() != null) {
      for (ValidationRule rule : schema.getXKubernetesValidations()) {
        rules.add((path.isEmpty() ? "" : "`" + path + "`: ") + cell(rule.getMessage()));
      }
    }
    if (schema.getItems() != null) {
      collectRules(path + "[]", schema.getItems().getSchema(), rules);
    }
    if (schema.getProperties() != null) {
      schema
          .getProperties()
          .forEach(
              (name, field) ->
                  collectRules(path.isEmpty() ? name : path + "." + name, field, rules));
    }
  }

  private static String cell(String text) {
    return text == null ? "" : text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ");
  }

  private ApiReference() {}
}
