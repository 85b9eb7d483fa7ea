package dev.diecast.api.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/** API conventions that every field of every CRD keeps, whoever adds it. */
class SchemaConventionsTest {

  static Stream<CustomResourceDefinition> definitions() {
    return GeneratedFiles.crds().values().stream()
        .map(yaml -> new KubernetesSerialization().unmarshal(yaml, CustomResourceDefinition.class));
  }

  @ParameterizedTest
  @MethodSource("definitions")
  void isReadAtAGlance(CustomResourceDefinition crd) {
    CustomResourceDefinitionVersion version = crd.getSpec().getVersions().getFirst();
    assertThat(crd.getSpec().getVersions()).hasSize(1);
    assertThat(crd.getSpec().getNames().getCategories()).containsExactly("diecast");
    assertThat(crd.getSpec().getNames().getShortNames()).hasSize(1);
    assertThat(version.getAdditionalPrinterColumns().getLast().getName()).isEqualTo("Age");
    assertThat(version.getSchema().getOpenAPIV3Schema().getRequired()).containsExactly("spec");
    if (crd.getSpec().getNames().getKind().equals("PipeGraph")) {
      // Written once and never changed: nobody has anything to report of it.
      assertThat(version.getSubresources()).isNull();
      return;
    }
    assertThat(version.getSubresources().getStatus()).isNotNull();
    JSONSchemaProps status = version.getSchema().getOpenAPIV3Schema().getProperties().get("status");
    assertThat(status.getProperties()).containsKeys("observedGeneration", "conditions");
    JSONSchemaProps conditions = status.getProperties().get("conditions");
    assertThat(conditions.getXKubernetesListType()).isEqualTo("map");
    assertThat(conditions.getXKubernetesListMapKeys()).containsExactly("type");
  }

  /** kubectl and the API server read YAML 1.1, where an unquoted True is no text. */
  @Test
  void enumsAreTextsInYaml11Too() {
    GeneratedFiles.crds()
        .forEach(
            (name, yaml) -> {
              List<Object> values = new ArrayList<>();
              collectEnums(new Yaml().load(yaml), values);
              assertThat(values).as(name).allMatch(String.class::isInstance);
            });
  }

  private static void collectEnums(Object tree, List<Object> into) {
    if (tree instanceof Map<?, ?> map) {
      if (map.get("enum") instanceof List<?> values) {
        into.addAll(values);
      }
      map.values().forEach(value -> collectEnums(value, into));
    } else if (tree instanceof List<?> list) {
      list.forEach(item -> collectEnums(item, into));
    }
  }

  @ParameterizedTest
  @MethodSource("definitions")
  void everyFieldIsDescribedAndBounded(CustomResourceDefinition crd) {
    JSONSchemaProps root = crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
    List<String> faults = new ArrayList<>();
    for (String part : List.of("spec", "status")) {
      if (!root.getProperties().containsKey(part)) {
        continue;
      }
      examine(part, root.getProperties().get(part), faults);
    }
    assertThat(faults).isEmpty();
  }

  private static void examine(String path, JSONSchemaProps schema, List<String> faults) {
    if (schema.getDescription() == null && !path.endsWith("[]")) {
      faults.add(path + " has no description");
    }
    boolean quantity = Boolean.TRUE.equals(schema.getXKubernetesIntOrString());
    String type = quantity ? "quantity" : schema.getType();
    switch (type) {
      case "string" -> {
        if (schema.getMaxLength() == null && schema.getEnum().isEmpty()) {
          faults.add(path + " is a string without maxLength or enum");
        }
      }
      case "quantity" -> {
        if (schema.getMaxLength() == null || schema.getPattern() == null) {
          faults.add(path + " is a quantity without maxLength or pattern");
        }
      }
      case "array" -> {
        if (schema.getMaxItems() == null) {
          faults.add(path + " is a list without maxItems");
        }
        examine(path + "[]", schema.getItems().getSchema(), faults);
      }
      case "object" -> {
        boolean map = schema.getAdditionalProperties() != null;
        if (map && schema.getMaxProperties() == null) {
          faults.add(path + " is a map without maxProperties");
        }
        if (map) {
          examine(path + "[]", schema.getAdditionalProperties().getSchema(), faults);
        }
        if (schema.getProperties() != null) {
          schema
              .getProperties()
              .forEach((name, field) -> examine(path + "." + name, field, faults));
        }
      }
      case "integer", "boolean" -> {}
      default -> faults.add(path + " is of type " + type + ": use a rational text or a quantity");
    }
    if (schema.getXKubernetesValidations() != null) {
      schema.getXKubernetesValidations().stream()
          .filter(rule -> rule.getMessage() == null || rule.getMessage().isBlank())
          .forEach(rule -> faults.add(path + ": rule without a message: " + rule.getRule()));
    }
  }
}
