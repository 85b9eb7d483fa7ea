package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Conditions as KubeVirt writes them. A condition keeps its transition time while its status stays
 * as it is, so that setting the same again changes nothing.
 */
final class ConditionList {

  private final Map<String, ObjectNode> byType = new LinkedHashMap<>();
  private final Instant now;

  ConditionList(JsonNode status, Instant now) {
    this.now = now;
    for (JsonNode condition : status.path("conditions")) {
      byType.put(condition.path("type").asText(), condition.deepCopy());
    }
  }

  void set(String type, boolean status, String reason, String message) {
    ObjectNode earlier = byType.get(type);
    String text = status ? "True" : "False";
    ObjectNode condition = JsonNodeFactory.instance.objectNode();
    condition.put("type", type);
    condition.put("status", text);
    if (!reason.isEmpty()) {
      condition.put("reason", reason);
    }
    if (!message.isEmpty()) {
      condition.put("message", message);
    }
    boolean same = earlier != null && earlier.path("status").asText().equals(text);
    condition.put(
        "lastTransitionTime",
        same && earlier.hasNonNull("lastTransitionTime")
            ? earlier.path("lastTransitionTime").asText()
            : now.truncatedTo(ChronoUnit.SECONDS).toString());
    byType.put(type, condition);
  }

  void remove(String type) {
    byType.remove(type);
  }

  Optional<JsonNode> get(String type) {
    return Optional.ofNullable(byType.get(type));
  }

  boolean isTrue(String type) {
    return get(type).filter(c -> c.path("status").asText().equals("True")).isPresent();
  }

  ArrayNode toJson() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    byType.values().forEach(array::add);
    return array;
  }
}
