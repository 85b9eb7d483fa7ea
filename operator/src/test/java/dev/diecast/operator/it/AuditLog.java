package dev.diecast.operator.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What kube-apiserver has been asked, by whom, and what it answered: its own audit log. */
final class AuditLog {

  /** Watches are logged when they end, and are no work of the moment. */
  private static final String POLICY =
      """
      apiVersion: audit.k8s.io/v1
      kind: Policy
      omitStages: [RequestReceived, ResponseStarted]
      rules:
      - level: None
        nonResourceURLs: ["/*"]
      - level: None
        verbs: [watch]
      - level: None
        resources:
        - {group: coordination.k8s.io, resources: [leases]}
      - level: Metadata
      """;

  private static final Set<String> WRITING =
      Set.of("create", "update", "patch", "delete", "deletecollection");

  private final Path policy;
  private final Path log;

  private AuditLog(Path policy, Path log) {
    this.policy = policy;
    this.log = log;
  }

  static AuditLog in(Path directory) throws IOException {
    Path policy = Files.writeString(directory.resolve("audit-policy.yaml"), POLICY);
    return new AuditLog(policy, directory.resolve("audit.log"));
  }

  /** Of kube-apiserver. Written before a request is answered, and never rotated away. */
  List<String> flags() {
    return List.of(
        "--audit-policy-file=" + policy,
        "--audit-log-path=" + log,
        "--audit-log-mode=blocking",
        "--audit-log-maxsize=100000");
  }

  /**
   * One request that was answered.
   *
   * @param agent the first word of its User-Agent
   * @param verb of Kubernetes', such as {@code patch}
   * @param resource such as {@code dilatednodes/status}
   * @param code of HTTP; 500 where the client was gone before the answer, whatever etcd made of it
   *     (kubernetes/kubernetes issue 139256)
   */
  record Call(String agent, String verb, String resource, String namespace, String name, int code) {

    boolean writes() {
      return WRITING.contains(verb);
    }

    /** Its client was killed before it was answered: the object may have been written, or not. */
    boolean wasCutOff() {
      return code == 500;
    }

    boolean isOfOperator() {
      return agent.startsWith("fabric8");
    }

    String what() {
      return verb + " " + resource;
    }
  }

  /** Now, for {@link #since}. */
  long position() throws IOException {
    return Files.size(log);
  }

  /** All that was answered since then, in the order of the answers. */
  List<Call> since(long position) throws IOException {
    List<Call> calls = new ArrayList<>();
    try (SeekableByteChannel channel = Files.newByteChannel(log).position(position)) {
      byte[] bytes = Channels.newInputStream(channel).readAllBytes();
      // The last line may be in the making.
      new String(bytes, StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.endsWith("}"))
          .forEach(line -> calls.add(call(Serialization.unmarshal(line, JsonNode.class))));
    }
    return calls;
  }

  private static Call call(JsonNode event) {
    JsonNode object = event.path("objectRef");
    String subresource = object.path("subresource").asText();
    return new Call(
        event.path("userAgent").asText().split("[/ ]")[0],
        event.path("verb").asText(),
        object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
        object.path("namespace").asText(),
        object.path("name").asText(),
        event.path("responseStatus").path("code").asInt());
  }
}
