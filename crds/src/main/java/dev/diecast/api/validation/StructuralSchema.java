package dev.diecast.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A Kubernetes structural schema as far as a document without defaults can be held against it:
 * unknown fields, types, enums; and, where asked, required fields and bounds.
 *
 * <p>CEL rules and {@code anyOf} are not evaluated; {@code anyOf} occurs in the carried schemas
 * only beside {@code x-kubernetes-int-or-string}, which is.
 *
 * <p>Source: Kubernetes, "Specifying a structural schema".
 */
final class StructuralSchema {

  private final JsonNode schema;

  private StructuralSchema(JsonNode schema) {
    this.schema = schema;
  }

  /**
   * The schema of one version in a CustomResourceDefinition on the class path.
   *
   * @throws IllegalStateException where the resource is not there: a broken build
   */
  static StructuralSchema ofDefinition(String resource, String version) {
    try (InputStream yaml = StructuralSchema.class.getResourceAsStream(resource)) {
      if (yaml == null) {
        throw new IllegalStateException("not on the class path: " + resource);
      }
      JsonNode definition = new KubernetesSerialization().unmarshal(yaml, JsonNode.class);
      for (JsonNode candidate : definition.path("spec").path("versions")) {
        if (candidate.path("name").asText().equals(version)) {
          return new StructuralSchema(candidate.path("schema").path("openAPIV3Schema"));
        }
      }
      throw new IllegalStateException(resource + " has no version " + version);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A schema written down in YAML. */
  static StructuralSchema of(String yaml) {
    return new StructuralSchema(new KubernetesSerialization().unmarshal(yaml, JsonNode.class));
  }

  /** The schema of a field of an object. */
  StructuralSchema property(String name) {
    JsonNode property = schema.path("properties").path(name);
    if (property.isMissingNode()) {
      throw new IllegalStateException("the schema has no property " + name);
    }
    return new StructuralSchema(property);
  }

  /** Unknown fields, types and enums only. */
  void checkShape(JsonNode value, FieldErrors errors) {
    check(schema, value, errors, false);
  }

  /** All of it. */
  void check(JsonNode value, FieldErrors errors) {
    check(schema, value, errors, true);
  }

  private static void check(JsonNode schema, JsonNode value, FieldErrors errors, boolean bounds) {
    if (value.isNull() || value.isMissingNode()) {
      // The server drops a field that is null, then looks for defaults and required fields.
      return;
    }
    if (!hasType(schema, value)) {
      errors.refuse(
          "is " + kindOf(value) + ", and must be " + expected(schema) + mend(schema, value));
      return;
    }
    checkEnum(schema, value, errors);
    if (bounds) {
      SchemaBounds.check(schema, value, errors);
    }
    if (value.isObject()) {
      checkObject(schema, value, errors, bounds);
    } else if (value.isArray()) {
      int index = 0;
      for (JsonNode item : value) {
        FieldErrors at = errors.at(index++);
        if (item.isNull()) {
          at.refuse("is empty: give it a value, or take it out");
        } else {
          check(schema.path("items"), item, at, bounds);
        }
      }
    }
  }

  private static void checkObject(
      JsonNode schema, JsonNode value, FieldErrors errors, boolean bounds) {
    JsonNode properties = schema.path("properties");
    JsonNode additional = schema.path("additionalProperties");
    boolean open =
        schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()
            || additional.asBoolean()
            || properties instanceof MissingNode && additional instanceof MissingNode;
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      FieldErrors at = errors.at(field.getKey());
      if (properties.has(field.getKey())) {
        check(properties.path(field.getKey()), field.getValue(), at, bounds);
      } else if (additional.isObject()) {
        check(additional, field.getValue(), at, bounds);
      } else if (!open) {
        at.refuse("is not a field here" + suggestion(field.getKey(), properties));
      }
    }
  }

  private static void checkEnum(JsonNode schema, JsonNode value, FieldErrors errors) {
    JsonNode allowed = schema.path("enum");
    if (!allowed.isArray() || allowed.valueStream().anyMatch(value::equals)) {
      return;
    }
    errors.refuse(
        FieldErrors.quote(value.asText())
            + " is not one of "
            + String.join(", ", allowed.valueStream().map(JsonNode::asText).toList()));
  }

  private static boolean hasType(JsonNode schema, JsonNode value) {
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      return value.isIntegralNumber() || value.isTextual();
    }
    return switch (schema.path("type").asText()) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "boolean" -> value.isBoolean();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      default -> true;
    };
  }

  private static String expected(JsonNode schema) {
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      return "a whole number or a text";
    }
    return switch (schema.path("type").asText()) {
      case "object" -> "an object";
      case "array" -> "a list";
      case "string" -> "a text";
      case "boolean" -> "true or false";
      case "integer" -> "a whole number";
      default -> "a " + schema.path("type").asText();
    };
  }

  private static String kindOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "a list";
      case STRING -> "the text " + FieldErrors.quote(value.asText());
      case NUMBER -> "the number " + value.asText();
      case BOOLEAN -> value.asText();
      default -> value.getNodeType().toString();
    };
  }

  private static String mend(JsonNode schema, JsonNode value) {
    boolean textWanted =
        schema.path("type").asText().equals("string")
            || schema.path("x-kubernetes-int-or-string").asBoolean();
    return textWanted && value.isValueNode()
        ? ": write it in quotes, \"" + value.asText() + "\""
        : "";
  }

  private static String suggestion(String unknown, JsonNode properties) {
    List<String> known = new ArrayList<>();
    properties.fieldNames().forEachRemaining(known::add);
    Stream<String> close = known.stream().filter(name -> Spelling.isClose(name, unknown));
    return close
        .findFirst()
        .map(name -> ": did you mean " + name + "?")
        .orElseGet(() -> known.isEmpty() ? "" : ": there are " + String.join(", ", known));
  }
}
