package dev.diecast.api.crd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.diecast.api.v1alpha1.DilatedNode;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What Fabric8's generator (7.5.2) cannot be told by annotations on record components: list maps,
 * the shape of types that are not ours (Condition, LabelSelector, Quantity, KubeVirt's template),
 * the root's required fields, and the order of printer columns, which it sorts by path.
 */
final class SchemaRefinement implements CRDPostProcessor {

  /**
   * A positive quantity: at least one digit is not 0. Syntax: k8s.io/apimachinery/pkg/api/resource,
   * as controller-gen writes it, without the signs. Quantities of a spec are sizes and rates.
   */
  private static final String POSITIVE_QUANTITY =
      "^\\+?(0*[1-9][0-9]*(\\.[0-9]*)?|0*\\.0*[1-9][0-9]*)"
          + "([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$";

  private static final String ATOMIC = "atomic";

  private static final String QUANTITY =
      "^\\+?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$";

  private static final long LONGEST_QUANTITY = 40;
  private static final long LONGEST_LABEL_KEY = 317;
  private static final long LONGEST_LABEL_VALUE = 63;
  private static final long MOST_REQUIREMENTS = 32;
  private static final long MOST_LABEL_VALUES = 64;
  private static final long MOST_CONDITIONS = 16;

  private final List<Class<? extends HasMetadata>> types;

  SchemaRefinement(List<Class<? extends HasMetadata>> types) {
    this.types = types;
  }

  @Override
  public HasMetadata process(HasMetadata resource, String version) {
    CustomResourceDefinition crd = (CustomResourceDefinition) resource;
    Class<? extends HasMetadata> type =
        types.stream()
            .filter(t -> HasMetadata.getKind(t).equals(crd.getSpec().getNames().getKind()))
            .findFirst()
            .orElseThrow();
    crd.getSpec().getNames().setListKind(crd.getSpec().getNames().getKind() + "List");
    CustomResourceDefinitionVersion only = crd.getSpec().getVersions().getFirst();
    orderColumns(type, only.getAdditionalPrinterColumns());
    JSONSchemaProps root = only.getSchema().getOpenAPIV3Schema();
    refineRoot(root);
    refine("spec", root.getProperties().get("spec"), POSITIVE_QUANTITY);
    if (root.getProperties().containsKey("status")) {
      refine("status", root.getProperties().get("status"), QUANTITY);
    }
    if (type.equals(DilatedNode.class)) {
      quantitiesAsTexts(root);
      // They come and go as a whole; API servers of 1.20 make a null of a map whose fields all go.
      root.getProperties().get("spec").getProperties().get("network").setXKubernetesMapType(ATOMIC);
      root.getProperties()
          .get("status")
          .getProperties()
          .get("dilation")
          .setXKubernetesMapType(ATOMIC);
      JSONSchemaProps disks = root.getProperties().get("status").getProperties().get("disks");
      for (String part : List.of("due", "applied", "delivered")) {
        disks.getItems().getSchema().getProperties().get(part).setXKubernetesMapType(ATOMIC);
      }
    }
    return crd;
  }

  /**
   * DilatedNodes have two writers of one list of conditions, and API servers up to 1.20 forget that
   * it is a list map when the schema holds an int-or-string ("error building openapi models").
   * Programs alone write DilatedNodes, and they write quantities as texts.
   */
  private static void quantitiesAsTexts(JSONSchemaProps schema) {
    if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
      schema.setXKubernetesIntOrString(null);
      schema.setAnyOf(null);
      schema.setMinimum(null);
      schema.setType("string");
      // string(text) has no bound for CEL's cost estimate; the pattern says the same.
      schema.setXKubernetesValidations(null);
    }
    if (schema.getItems() != null) {
      quantitiesAsTexts(schema.getItems().getSchema());
    }
    if (schema.getProperties() != null) {
      schema.getProperties().values().forEach(SchemaRefinement::quantitiesAsTexts);
    }
  }

  private static void orderColumns(
      Class<? extends HasMetadata> type, List<CustomResourceColumnDefinition> columns) {
    List<String> order =
        Stream.of(type.getAnnotationsByType(AdditionalPrinterColumn.class))
            .map(AdditionalPrinterColumn::name)
            .toList();
    columns.sort(Comparator.comparing(column -> order.indexOf(column.getName())));
    // 0 is what the server fills in.
    columns.stream()
        .filter(column -> Integer.valueOf(0).equals(column.getPriority()))
        .forEach(column -> column.setPriority(null));
  }

  private static void refineRoot(JSONSchemaProps root) {
    Map<String, JSONSchemaProps> properties = new LinkedHashMap<>();
    properties.put("apiVersion", described("string", "Group and version: diecast.dev/v1alpha1."));
    properties.put("kind", described("string", "The kind of this object."));
    // API servers forbid a description here.
    properties.put("metadata", described("object", null));
    JSONSchemaProps spec = root.getProperties().get("spec");
    spec.setDescription("What is wanted.");
    properties.put("spec", spec);
    JSONSchemaProps status = root.getProperties().get("status");
    if (status != null) {
      status.setDescription("What is so.");
      properties.put("status", status);
    }
    root.setProperties(properties);
    root.setRequired(List.of("spec"));
  }

  private static void refine(String name, JSONSchemaProps schema, String quantityPattern) {
    // A component's annotation is on its field and on its accessor, and is found on both.
    if (schema.getXKubernetesValidations() != null) {
      schema.setXKubernetesValidations(
          schema.getXKubernetesValidations().stream().distinct().toList());
    }
    switch (name) {
      case "conditions" -> refineConditions(schema);
      case "selector" -> refineSelector(schema);
      case "template" -> refineTemplate(schema);
      default -> {}
    }
    if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
      schema.setPattern(quantityPattern);
      schema.setMaxLength(LONGEST_QUANTITY);
      schema.setMinimum(quantityPattern.equals(POSITIVE_QUANTITY) ? 1.0 : 0.0);
    }
    if (schema.getItems() != null) {
      JSONSchemaProps items = schema.getItems().getSchema();
      if (items.getRequired() != null && items.getRequired().contains("name")) {
        listMap(schema, "name");
      }
      refine(name + "[]", items, quantityPattern);
    }
    if (schema.getProperties() != null) {
      schema.getProperties().forEach((key, value) -> refine(key, value, quantityPattern));
    }
  }

  /** The bounds of {@code metav1.Condition} (k8s.io/apimachinery/pkg/apis/meta/v1/types.go). */
  private static void refineConditions(JSONSchemaProps conditions) {
    listMap(conditions, "type");
    conditions.setMaxItems(MOST_CONDITIONS);
    JSONSchemaProps condition = conditions.getItems().getSchema();
    condition.setRequired(List.of("lastTransitionTime", "reason", "status", "type"));
    Map<String, JSONSchemaProps> fields = condition.getProperties();
    bound(fields.get("type"), 1L, 316L, "What is claimed.");
    bound(fields.get("reason"), 1L, 1024L, "Why, in one word for programs.");
    bound(fields.get("message"), null, 32768L, "Why, and what mends it, for people.");
    bound(fields.get("lastTransitionTime"), null, 64L, "Since when, RFC 3339.");
    fields.get("lastTransitionTime").setFormat("date-time");
    fields.get("reason").setPattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$");
    fields.get("status").setEnum(texts("True", "False", "Unknown"));
    fields.get("status").setDescription("Whether it is so.");
    fields.get("observedGeneration").setMinimum(0.0);
    fields.get("observedGeneration").setDescription("The generation of the spec it speaks of.");
  }

  private static void refineSelector(JSONSchemaProps selector) {
    JSONSchemaProps labels = selector.getProperties().get("matchLabels");
    labels.setMaxProperties(MOST_REQUIREMENTS);
    labels.getAdditionalProperties().getSchema().setMaxLength(LONGEST_LABEL_VALUE);
    labels.setDescription("Labels that a host must have.");
    JSONSchemaProps expressions = selector.getProperties().get("matchExpressions");
    expressions.setMaxItems(MOST_REQUIREMENTS);
    expressions.setDescription("Requirements on a host's labels, all of which must hold.");
    JSONSchemaProps expression = expressions.getItems().getSchema();
    expression.setRequired(List.of("key", "operator"));
    Map<String, JSONSchemaProps> fields = expression.getProperties();
    bound(fields.get("key"), 1L, LONGEST_LABEL_KEY, "The label's key.");
    fields.get("operator").setEnum(texts("In", "NotIn", "Exists", "DoesNotExist"));
    fields
        .get("operator")
        .setDescription("In and NotIn take values, Exists and DoesNotExist take none.");
    JSONSchemaProps values = fields.get("values");
    values.setDescription("Values that the label may, or may not, have.");
    values.setMaxItems(MOST_LABEL_VALUES);
    values.getItems().getSchema().setMaxLength(LONGEST_LABEL_VALUE);
  }

  /**
   * The template's outline; everything below is kept. KubeVirt's schema (600 fields) stays
   * KubeVirt's: {@code ScaleModelValidation} checks a template against it.
   */
  private static void refineTemplate(JSONSchemaProps template) {
    JSONSchemaProps spec = open("KubeVirt's VirtualMachineInstance.spec.");
    spec.setProperties(
        Map.of("domain", open("The virtual machine's firmware, processors and devices.")));
    spec.setRequired(List.of("domain"));
    Map<String, JSONSchemaProps> properties = new LinkedHashMap<>();
    properties.put("metadata", open("Labels and annotations of the VM."));
    properties.put("spec", spec);
    template.setType("object");
    template.setProperties(properties);
    template.setRequired(List.of("spec"));
  }

  private static void listMap(JSONSchemaProps list, String key) {
    list.setXKubernetesListType("map");
    list.setXKubernetesListMapKeys(new ArrayList<>(List.of(key)));
  }

  private static void bound(JSONSchemaProps text, Long least, Long most, String description) {
    text.setMinLength(least);
    text.setMaxLength(most);
    text.setDescription(description);
  }

  private static JSONSchemaProps open(String description) {
    JSONSchemaProps schema = described("object", description);
    schema.setXKubernetesPreserveUnknownFields(true);
    return schema;
  }

  private static JSONSchemaProps described(String type, String description) {
    JSONSchemaProps schema = new JSONSchemaProps();
    schema.setType(type);
    schema.setDescription(description);
    return schema;
  }

  private static List<JsonNode> texts(String... values) {
    return Stream.of(values).<JsonNode>map(TextNode::valueOf).toList();
  }
}
