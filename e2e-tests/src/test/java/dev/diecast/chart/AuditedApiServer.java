package dev.diecast.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.standalone.controlplane.ControlPlaneBinaries;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A control plane's programs, of which the API server writes down every request of the chart's
 * service accounts (an audit log), and checks blockOwnerDeletion as stricter clusters do.
 *
 * @param programs directory
 * @param log a request a line
 */
record AuditedApiServer(Path programs, Path log) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param given directory of the programs as they are
   * @param directory for what is made
   */
  static AuditedApiServer make(Path given, Path directory) throws IOException {
    Path programs = Files.createDirectories(directory.resolve("programs"));
    for (String program : ControlPlaneBinaries.PROGRAMS) {
      Files.createSymbolicLink(programs.resolve(program), given.resolve(program));
    }
    Path policy =
        Files.writeString(
            directory.resolve("audit-policy.yaml"),
            """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
            - {level: Metadata, userGroups: ["system:serviceaccounts:%s", "system:serviceaccounts:%s"]}
            - {level: None}
            """
                .formatted(Chart.NAMESPACE, Chart.DAEMON_NAMESPACE));
    Path log = directory.resolve("audit.log");
    Path server = programs.resolve("kube-apiserver");
    Files.delete(server);
    Files.writeString(
        server,
        """
        #!/bin/sh
        exec %s "$@" --audit-policy-file=%s --audit-log-path=%s --enable-admission-plugins=OwnerReferencesPermissionEnforcement %s
        """
            .formatted(
                given.resolve("kube-apiserver"),
                policy,
                log,
                String.join(" ", FrontProxy.make(directory).flags())));
    Files.setPosixFilePermissions(server, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new AuditedApiServer(programs, log);
  }

  /**
   * A request of a service account.
   *
   * @param right {@code verb group/resource}, as a rule would grant it
   * @param namespace empty for all of them and for what has none
   * @param code HTTP status
   */
  record Call(String user, String right, String namespace, int code, String uri) {
    boolean refused() {
      return code == HttpURLConnection.HTTP_FORBIDDEN;
    }

    private boolean asksAs(Call other) {
      return user.equals(other.user)
          && right.equals(other.right)
          && namespace.equals(other.namespace);
    }
  }

  /**
   * Those that lacked a right. An API server that has just started answers before it has read its
   * roles, and refuses everybody everything then: what the same account was permitted later was
   * such a one, where nobody changed the roles meanwhile.
   *
   * @param calls in the order in which they were answered
   */
  static List<Call> lackedRight(List<Call> calls) {
    List<Call> lacking = new ArrayList<>();
    for (Call call : calls) {
      if (call.refused()) {
        lacking.add(call);
      } else {
        lacking.removeIf(call::asksAs);
      }
    }
    return lacking;
  }

  /** All so far. */
  List<Call> calls() throws IOException {
    List<Call> calls = new ArrayList<>();
    for (String line : Files.readAllLines(log)) {
      if (!line.endsWith("}")) {
        continue; // the last one, half written
      }
      JsonNode event = JSON.readTree(line);
      JsonNode object = event.path("objectRef");
      if (object.isMissingNode()) {
        continue;
      }
      String sub = object.path("subresource").asText();
      String of =
          object.path("apiGroup").asText()
              + "/"
              + object.path("resource").asText()
              + (sub.isEmpty() ? "" : "/" + sub);
      String user = event.at("/user/username").asText();
      user = user.substring(user.lastIndexOf(':') + 1);
      int code = event.at("/responseStatus/code").asInt();
      String uri = event.path("requestURI").asText();
      String namespace = object.path("namespace").asText();
      String verb = event.path("verb").asText();
      calls.add(new Call(user, verb + " " + of, namespace, code, uri));
      if (verb.equals("patch") && code == HttpURLConnection.HTTP_CREATED) {
        // Server-side apply of what is not there: the server asks for this right too.
        calls.add(new Call(user, "create " + of, namespace, code, uri));
      }
    }
    return calls;
  }
}
