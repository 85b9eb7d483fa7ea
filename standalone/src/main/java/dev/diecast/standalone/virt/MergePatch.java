package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** JSON merge patches (RFC 7396). */
final class MergePatch {

  private MergePatch() {}

  /** The patch that makes {@code after} of {@code before}; empty where they are equal. */
  static Optional<ObjectNode> between(ObjectNode before, ObjectNode after) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    before
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!after.has(name)) {
                patch.putNull(name);
              }
            });
    after
        .properties()
        .forEach(
            field -> {
              JsonNode old = before.get(field.getKey());
              JsonNode fresh = field.getValue();
              if (fresh.equals(old)) {
                return;
              }
              if (old instanceof ObjectNode oldObject && fresh instanceof ObjectNode freshObject) {
                between(oldObject, freshObject)
                    .ifPresent(inner -> patch.set(field.getKey(), inner));
              } else {
                patch.set(field.getKey(), fresh);
              }
            });
    return patch.isEmpty() ? Optional.empty() : Optional.of(patch);
  }
}
