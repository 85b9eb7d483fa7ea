package dev.diecast.api.crd;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether objects that an earlier CRD took are taken by a later one, field by field. What is stored
 * must stay valid, since an API server checks the whole of an object at every write.
 */
final class SchemaCompatibility {

  private static final List<String> UPPER = List.of("maximum", "maxLength", "maxItems");
  private static final List<String> LOWER = List.of("minimum", "minLength", "minItems");

  private static final Pattern UNLESS_PRESENT =
      Pattern.compile("!has\\(self\\.([A-Za-z]+)\\) \\|\\| ");

  private final List<String> breaks = new ArrayList<>();

  private SchemaCompatibility() {}

  /**
   * @return what the later CRD breaks, each with the path of its field; empty where it breaks
   *     nothing
   */
  static List<String> breaks(JsonNode released, JsonNode now) {
    SchemaCompatibility comparison = new SchemaCompatibility();
    comparison.same(released, now, "/spec/group");
    comparison.same(released, now, "/spec/scope");
    comparison.same(released, now, "/spec/names/kind");
    comparison.same(released, now, "/spec/names/plural");
    for (JsonNode version : released.at("/spec/versions")) {
      comparison.version(version, now.at("/spec/versions"));
    }
    return comparison.breaks;
  }

  private void same(JsonNode released, JsonNode now, String path) {
    if (!released.at(path).equals(now.at(path))) {
      breaks.add(path + ": was " + released.at(path) + ", is " + now.at(path));
    }
  }

  private void version(JsonNode released, JsonNode versions) {
    String name = released.path("name").asText();
    for (JsonNode version : versions) {
      if (version.path("name").asText().equals(name)) {
        if (released.path("served").asBoolean() && !version.path("served").asBoolean()) {
          breaks.add(name + ": is no longer served");
        }
        if (released.path("subresources").has("status")
            && !version.path("subresources").has("status")) {
          breaks.add(name + ": has no longer a status subresource");
        }
        String schema = "/schema/openAPIV3Schema";
        field(released.at(schema), version.at(schema), name);
        return;
      }
    }
    breaks.add(name + ": the version is gone");
  }

  private void field(JsonNode released, JsonNode now, String path) {
    if (now.isMissingNode()) {
      breaks.add(path + ": is gone");
      return;
    }
    if (released.has("type") && !released.path("type").equals(now.path("type"))) {
      breaks.add(path + ": type was " + released.path("type") + ", is " + now.path("type"));
    }
    bounds(released, now, path);
    words(released, now, path);
    for (String keyword :
        List.of("pattern", "format", "x-kubernetes-list-type", "x-kubernetes-list-map-keys")) {
      if (!now.path(keyword).equals(released.path(keyword)) && now.has(keyword)) {
        breaks.add(path + ": " + keyword + " is now " + now.path(keyword));
      }
    }
    released
        .path("properties")
        .properties()
        .forEach(
            p ->
                field(
                    p.getValue(),
                    now.path("properties").path(p.getKey()),
                    path + "." + p.getKey()));
    if (released.has("items")) {
      field(released.path("items"), now.path("items"), path + "[]");
    }
    if (released.path("additionalProperties").isObject()) {
      field(released.path("additionalProperties"), now.path("additionalProperties"), path + "{}");
    }
    if (released.path("x-kubernetes-preserve-unknown-fields").asBoolean()
        && !now.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
      breaks.add(path + ": unknown fields are no longer kept");
    }
  }

  private void bounds(JsonNode released, JsonNode now, String path) {
    UPPER.forEach(bound -> bound(released, now, bound, 1, path));
    LOWER.forEach(bound -> bound(released, now, bound, -1, path));
  }

  private void bound(JsonNode released, JsonNode now, String bound, int sign, String path) {
    if (!now.has(bound)) {
      return;
    }
    BigDecimal limit = now.path(bound).decimalValue();
    boolean narrower =
        !released.has(bound) || released.path(bound).decimalValue().compareTo(limit) * sign > 0;
    if (narrower) {
      breaks.add(path + ": " + bound + " is now " + limit);
    }
  }

  private void words(JsonNode released, JsonNode now, String path) {
    Set<String> required = texts(now.path("required"));
    required.removeAll(texts(released.path("required")));
    required.forEach(name -> breaks.add(path + "." + name + ": is now required"));
    if (now.has("enum")) {
      Set<String> gone = texts(released.path("enum"));
      gone.removeAll(texts(now.path("enum")));
      gone.forEach(value -> breaks.add(path + ": " + value + " is no longer among its values"));
      if (!released.has("enum")) {
        breaks.add(path + ": is now one of " + now.path("enum"));
      }
    }
    Set<String> rules = rules(now);
    rules.removeAll(rules(released));
    rules.removeIf(rule -> isOfNewField(rule, released));
    rules.forEach(rule -> breaks.add(path + ": has a new rule: " + rule));
  }

  /**
   * What holds where a field is absent holds for all that was stored before there was the field.
   */
  private static boolean isOfNewField(String rule, JsonNode released) {
    Matcher matcher = UNLESS_PRESENT.matcher(rule);
    return matcher.lookingAt() && !released.path("properties").has(matcher.group(1));
  }

  private static Set<String> rules(JsonNode schema) {
    Set<String> rules = new TreeSet<>();
    schema.path("x-kubernetes-validations").forEach(rule -> rules.add(rule.path("rule").asText()));
    return rules;
  }

  private static Set<String> texts(JsonNode list) {
    Set<String> texts = new TreeSet<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
