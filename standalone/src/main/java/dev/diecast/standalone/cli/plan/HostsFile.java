package dev.diecast.standalone.cli.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.Quantities;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.YamlDocuments;
import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** DilationHosts as {@code kubectl get dilationhosts -o yaml} prints them, or as a person wrote. */
final class HostsFile {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String VERSION = Api.GROUP + "/" + Api.VERSION;

  private HostsFile() {}

  /**
   * @throws Refusal naming file, document, field and mend
   */
  static List<DilationHost> read(Path file) {
    List<DilationHost> hosts = new ArrayList<>();
    int number = 0;
    for (JsonNode document : YamlDocuments.read(file)) {
      number++;
      String where = "--hosts: " + file + ", document " + number;
      if (document.path("kind").asText("").endsWith("List")) {
        int index = 0;
        for (JsonNode item : document.path("items")) {
          hosts.add(host(where + ", items[" + index++ + "]", item));
        }
      } else {
        hosts.add(host(where, document));
      }
    }
    if (hosts.isEmpty()) {
      throw new Refusal(
          "--hosts: %s: holds no DilationHost; kubectl get dilationhosts -o yaml prints a cluster's"
              .formatted(file));
    }
    Set<String> names = new HashSet<>();
    for (DilationHost host : hosts) {
      if (!names.add(host.getMetadata().getName())) {
        throw new Refusal(
            "--hosts: %s: metadata.name: DilationHost %s stands there twice; remove one"
                .formatted(file, host.getMetadata().getName()));
      }
    }
    return hosts;
  }

  private static DilationHost host(String where, JsonNode document) {
    String kind = document.path("kind").asText("");
    String version = document.path("apiVersion").asText("");
    if (!kind.equals("DilationHost") || !version.equals(VERSION)) {
      throw new Refusal(
          "%s: is %s %s; expected apiVersion %s, kind DilationHost, or a List of them"
              .formatted(where, version, kind, VERSION));
    }
    if (!document.at("/metadata/name").isTextual()) {
      throw new Refusal(where + ": metadata.name: missing; say what the host is called");
    }
    if (!document.at("/status/capacity").isObject()) {
      throw new Refusal(
          where + ": status.capacity: missing; say what the host has, as cpu: \"8\", memory: 32Gi");
    }
    for (String of : List.of("capacity", "overheadPerNode")) {
      for (Map.Entry<String, JsonNode> entry : document.path("status").path(of).properties()) {
        requireQuantity(where + ": status." + of + "." + entry.getKey(), entry.getValue());
      }
    }
    return ready(where, converted(where, document));
  }

  private static void requireQuantity(String where, JsonNode value) {
    try {
      Quantities.exact(new Quantity(value.asText()));
    } catch (IllegalArgumentException e) {
      throw new Refusal(where + ": " + e.getMessage() + ": write it as 8, 500m or 32Gi");
    }
  }

  private static DilationHost converted(String where, JsonNode document) {
    try {
      return JSON.treeToValue(document, DilationHost.class);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new Refusal(
          where
              + ": "
              + (e instanceof JsonProcessingException j ? j.getOriginalMessage() : e.getMessage()));
    }
  }

  private static DilationHost ready(String where, DilationHost host) {
    if (host.getStatus().conditions().stream().noneMatch(c -> "Ready".equals(c.getType()))) {
      throw new Refusal(
          where
              + ": status.conditions: there is no condition Ready, without which nothing is placed"
              + " on it: add {type: Ready, status: \"True\"}");
    }
    return host;
  }
}
