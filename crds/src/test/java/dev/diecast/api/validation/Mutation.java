package dev.diecast.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Random damage to a document: fields and elements taken out, added, doubled or replaced. */
public final class Mutation {

  private static final List<String> GARBAGE =
      List.of(
          "null",
          "0",
          "-1",
          "1",
          "3",
          "1.5",
          "99999999999999999999",
          "true",
          "[]",
          "{}",
          "''",
          "abc",
          "'1/0'",
          "5/2",
          "auto",
          "1e99",
          "1e-30",
          "-5Mi",
          "128Mi",
          "[null]",
          "[[]]",
          "{a: b}",
          "{name: null}",
          "\"\\0\"",
          "diecast.dev/x",
          "\"\uD83D\uDE00\"",
          "In",
          "{spec: {domain: 1}}");

  public static void apply(ObjectNode document, RandomGenerator random) {
    List<JsonNode> parents = new ArrayList<>();
    collect(document, parents);
    JsonNode garbage = Models.yaml(GARBAGE.get(random.nextInt(GARBAGE.size())));
    switch (parents.get(random.nextInt(parents.size()))) {
      case ObjectNode object -> {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        String name = names.isEmpty() ? "extra" : names.get(random.nextInt(names.size()));
        switch (random.nextInt(4)) {
          case 0 -> object.remove(name);
          case 1 -> object.set(name + "x", garbage);
          default -> object.set(name, garbage);
        }
      }
      case ArrayNode array -> {
        int index = random.nextInt(array.size() + 1);
        switch (random.nextInt(3)) {
          case 0 -> array.insert(index, garbage);
          case 1 -> array.insert(index, array.path(0).deepCopy());
          default -> array.remove(Math.min(index, Math.max(0, array.size() - 1)));
        }
      }
      default -> throw new IllegalStateException();
    }
  }

  private static void collect(JsonNode node, List<JsonNode> containers) {
    if (node.isContainerNode()) {
      containers.add(node);
    }
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        collect(field.getValue(), containers);
      }
    } else {
      node.forEach(child -> collect(child, containers));
    }
  }

  private Mutation() {}
}
