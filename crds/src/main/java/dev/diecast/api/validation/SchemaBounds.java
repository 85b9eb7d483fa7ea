package dev.diecast.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Required fields and bounds of one node of a structural schema. */
final class SchemaBounds {

  static void check(JsonNode schema, JsonNode value, FieldErrors errors) {
    switch (value.getNodeType()) {
      case OBJECT -> {
        checkRequired(schema, value, errors);
        within(schema, "minProperties", "maxProperties", value.size(), "fields", errors);
      }
      case ARRAY -> {
        within(schema, "minItems", "maxItems", value.size(), "elements", errors);
        checkUnique(schema, value, errors);
      }
      case STRING -> {
        String text = value.asText();
        int characters = text.codePointCount(0, text.length());
        within(schema, "minLength", "maxLength", characters, "characters", errors);
        String pattern = schema.path("pattern").asText("");
        if (!pattern.isEmpty() && !Pattern.compile(pattern).matcher(text).find()) {
          errors.refuse(FieldErrors.quote(text) + " does not match " + pattern);
        }
      }
      case NUMBER -> checkRange(schema, value, errors);
      default -> {}
    }
  }

  private static void checkRequired(JsonNode schema, JsonNode value, FieldErrors errors) {
    for (JsonNode required : schema.path("required")) {
      String name = required.asText();
      boolean filledIn = schema.path("properties").path(name).has("default");
      if (!filledIn && value.path(name).isMissingNode() || value.path(name).isNull() && !filledIn) {
        errors.at(name).refuse("is required");
      }
    }
  }

  private static void within(
      JsonNode schema, String least, String most, int size, String unit, FieldErrors errors) {
    if (schema.has(least) && size < schema.path(least).asLong()) {
      errors.refuse(
          "has "
              + size
              + " "
              + unit
              + ", and must have "
              + schema.path(least).asLong()
              + " or more");
    }
    if (schema.has(most) && size > schema.path(most).asLong()) {
      errors.refuse(
          "has " + size + " " + unit + ", and may have " + schema.path(most).asLong() + " at most");
    }
  }

  private static void checkUnique(JsonNode schema, JsonNode list, FieldErrors errors) {
    String type = schema.path("x-kubernetes-list-type").asText("");
    Set<String> seen = new HashSet<>();
    int index = 0;
    for (JsonNode item : list) {
      String key =
          switch (type) {
            case "set" -> item.toString();
            case "map" ->
                schema
                    .path("x-kubernetes-list-map-keys")
                    .valueStream()
                    .map(name -> item.path(name.asText()).toString())
                    .collect(Collectors.joining(", "));
            default -> Integer.toString(index);
          };
      if (!seen.add(key)) {
        errors.at(index).refuse(key + " occurs twice in this list");
      }
      index++;
    }
  }

  private static void checkRange(JsonNode schema, JsonNode value, FieldErrors errors) {
    if (schema.has("minimum")
        && value.decimalValue().compareTo(schema.path("minimum").decimalValue()) < 0) {
      errors.refuse(
          "is " + value.asText() + ", and must be " + schema.path("minimum").asText() + " or more");
    }
    if (schema.has("maximum")
        && value.decimalValue().compareTo(schema.path("maximum").decimalValue()) > 0) {
      errors.refuse(
          "is " + value.asText() + ", and may be " + schema.path("maximum").asText() + " at most");
    }
    boolean narrow = schema.path("format").asText("").equals("int32") && !value.canConvertToInt();
    boolean wide = schema.path("type").asText("").equals("integer") && !value.canConvertToLong();
    if (narrow || wide) {
      errors.refuse(value.asText() + " is too large");
    }
  }

  private SchemaBounds() {}
}
