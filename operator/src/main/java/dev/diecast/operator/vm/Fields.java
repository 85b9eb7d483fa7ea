package dev.diecast.operator.vm;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Nested field maps, as the generic resources of the client hold them. */
final class Fields {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Fields() {}

  /**
   * A deep, mutable copy without nulls, which the API server drops, and without empty lists, which
   * KubeVirt's webhook drops: what is sent would differ from what is stored for ever.
   */
  static Map<String, Object> copyOf(JsonNode object) {
    Map<String, Object> copy =
        JSON.convertValue(object, new TypeReference<LinkedHashMap<String, Object>>() {});
    dropNothings(copy);
    return copy;
  }

  /** The object at a path, made where it is not there. */
  static Map<String, Object> object(Map<String, Object> root, String... path) {
    Map<String, Object> here = root;
    for (String step : path) {
      here = asObject(here.computeIfAbsent(step, _ -> new LinkedHashMap<String, Object>()), step);
    }
    return here;
  }

  static boolean has(Map<String, Object> root, String... path) {
    Object here = root;
    for (String step : path) {
      if (!(here instanceof Map<?, ?> fields) || !fields.containsKey(step)) {
        return false;
      }
      here = fields.get(step);
    }
    return true;
  }

  /** The list at a path; empty where there is none. */
  static List<?> list(Map<String, Object> root, String... path) {
    return parent(root, path).get(path[path.length - 1]) instanceof List<?> list ? list : List.of();
  }

  /** Puts one more item at the end of a list. */
  static void append(Map<String, Object> root, Object item, String... path) {
    List<Object> longer = new ArrayList<>(list(root, path));
    longer.add(item);
    parent(root, path).put(path[path.length - 1], longer);
  }

  private static Map<String, Object> parent(Map<String, Object> root, String... path) {
    return object(root, Arrays.copyOf(path, path.length - 1));
  }

  /** All of a resource. */
  static Map<String, Object> of(GenericKubernetesResource resource) {
    return JSON.convertValue(resource, new TypeReference<LinkedHashMap<String, Object>>() {});
  }

  /** Of the JSON of an object, whatever the order of its fields. */
  static String digest(Map<String, Object> object) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(canonicalJson(object));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  private static byte[] canonicalJson(Map<String, Object> object) {
    try {
      return JSON.writer()
          .with(com.fasterxml.jackson.databind.SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .writeValueAsBytes(object);
    } catch (com.fasterxml.jackson.core.JsonProcessingException impossible) {
      throw new IllegalStateException("a map of plain values has no JSON form", impossible);
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> asObject(Object value, String field) {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw new IllegalStateException("template field " + field + " is not an object");
  }

  private static void dropNothings(Object value) {
    switch (value) {
      case Map<?, ?> map -> {
        map.values().removeIf(v -> v == null || v instanceof List<?> list && list.isEmpty());
        map.values().forEach(Fields::dropNothings);
      }
      case List<?> list -> list.forEach(Fields::dropNothings);
      case null, default -> {}
    }
  }
}
