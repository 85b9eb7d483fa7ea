package dev.diecast.operator.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A mutating webhook over HTTPS, with a CA of its own, that does to VirtualMachines what KubeVirt's
 * does (pkg/virt-api/webhooks/mutating-webhook/mutators/vms-mutator.go): it reads the spec into
 * Go's types, sets defaults, and writes the whole of it anew, so that zero values of fields marked
 * omitempty are gone and quantities are in canonical form.
 */
final class KubeVirtWebhook implements AutoCloseable {

  private static final String NAME = "kubevirt-mutator.diecast.test";
  private static final String PASSWORD = "changeit";

  /** {@code bool} with omitempty in staging/src/kubevirt.io/api/core/v1; others are pointers. */
  private static final Set<String> PLAIN_BOOLEANS =
      Set.of("readonly", "dedicatedCpuPlacement", "isolateEmulatorThread", "readOnly");

  /** {@code map} with omitempty. */
  private static final Set<String> MAPS =
      Set.of("labels", "annotations", "nodeSelector", "requests", "limits", "matchLabels");

  private static final Set<String> QUANTITIES = Set.of("guest", "memory", "capacity");

  private final KubernetesClient client;
  private final HttpsServer server;
  private final AtomicInteger calls = new AtomicInteger();

  private KubeVirtWebhook(KubernetesClient client, HttpsServer server) {
    this.client = client;
    this.server = server;
  }

  static KubeVirtWebhook start(ApiServer.Running api)
      throws IOException, GeneralSecurityException, InterruptedException {
    Path store = api.directory().resolve("webhook.p12");
    keytool(store, "-genkeypair", "-alias", "ca", "-dname", "CN=test CA", "-ext", "bc:c");
    keytool(
        store,
        "-genkeypair",
        "-alias",
        "server",
        "-dname",
        "CN=127.0.0.1",
        "-signer",
        "ca",
        "-ext",
        "san=ip:127.0.0.1");
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    byte[] authority = keys.getCertificate("ca").getEncoded();
    keys.deleteEntry("ca");
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);

    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    KubeVirtWebhook webhook = new KubeVirtWebhook(api.client(), server);
    server.createContext("/vms-mutate", webhook::answer);
    server.start();
    webhook.register(authority);
    return webhook;
  }

  private static void keytool(Path store, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keyalg", "RSA", "-keysize", "2048", "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    Path output = Files.createTempFile(store.getParent(), "keytool", ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(Files.readString(output));
    }
  }

  private void register(byte[] authority) {
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(authority)
            + "\n-----END CERTIFICATE-----\n";
    client
        .resource(
            new MutatingWebhookConfigurationBuilder()
                .withNewMetadata()
                .withName(NAME)
                .endMetadata()
                .addNewWebhook()
                .withName(NAME)
                .withNewClientConfig()
                .withUrl("https://127.0.0.1:" + server.getAddress().getPort() + "/vms-mutate")
                .withCaBundle(
                    Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8)))
                .endClientConfig()
                .addNewRule()
                .withApiGroups("kubevirt.io")
                .withApiVersions("v1")
                .withOperations("CREATE", "UPDATE")
                .withResources("virtualmachines")
                .endRule()
                .withFailurePolicy("Fail")
                .withSideEffects("None")
                .withAdmissionReviewVersions("v1")
                .endWebhook()
                .build())
        .create();
  }

  /** How often the API server has asked: once for each write of a VirtualMachine. */
  int calls() {
    return calls.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange;
        InputStream body = exchange.getRequestBody()) {
      calls.incrementAndGet();
      JsonNode request = Serialization.unmarshal(body, JsonNode.class).path("request");
      ObjectNode response = JsonNodeFactory.instance.objectNode();
      response.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
      response
          .putObject("response")
          .put("uid", request.path("uid").asText())
          .put("allowed", true)
          .put("patchType", "JSONPatch")
          .put(
              "patch",
              Serialization.asJson(patch(request.path("object"))).getBytes(StandardCharsets.UTF_8));
      byte[] bytes = Serialization.asJson(response).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static ArrayNode patch(JsonNode vm) {
    ObjectNode spec = vm.path("spec").deepCopy();
    rewritten(spec);
    ObjectNode template = (ObjectNode) spec.path("template");
    ((ObjectNode) template.path("metadata")).putNull("creationTimestamp");
    ObjectNode guest = (ObjectNode) template.path("spec");
    ObjectNode domain = (ObjectNode) guest.path("domain");
    absent(guest, "architecture", "amd64");
    absent(domain.withObject("/machine"), "type", "q35");
    absent(domain.withObject("/cpu"), "model", "host-model");
    absent(domain.withObject("/firmware"), "serial", "b6ae7ab3-0000-4000-8000-000000000001");
    domain.withObject("/resources");
    ObjectNode devices = domain.withObject("/devices");
    if (devices.path("autoattachPodInterface").asBoolean(true) && !devices.has("interfaces")) {
      devices.putArray("interfaces").addObject().put("name", "default").putObject("masquerade");
      guest.putArray("networks").addObject().put("name", "default").putObject("pod");
    }
    ArrayNode patch = JsonNodeFactory.instance.arrayNode();
    patch.addObject().put("op", "replace").put("path", "/spec").set("value", spec);
    ObjectNode metadata = vm.path("metadata").deepCopy();
    metadata
        .withObject("/annotations")
        .put("kubevirt.io/latest-observed-api-version", "v1")
        .put("kubevirt.io/storage-observed-api-version", "v1");
    ArrayNode finalizers = metadata.withArray("/finalizers");
    if (finalizers.isEmpty() && !metadata.has("deletionTimestamp")) {
      finalizers.add("kubevirt.io/virtualMachineControllerFinalize");
    }
    patch.addObject().put("op", "replace").put("path", "/metadata").set("value", metadata);
    return patch;
  }

  private static void absent(ObjectNode object, String field, String value) {
    if (!object.has(field)) {
      object.put(field, value);
    }
  }

  /** As Go's encoding/json writes what it has read. */
  private static void rewritten(JsonNode value) {
    value.forEach(KubeVirtWebhook::rewritten);
    if (value instanceof ObjectNode object) {
      object.properties().removeIf(field -> isOmitted(field.getKey(), field.getValue()));
      for (String name : QUANTITIES) {
        if (object.path(name).isValueNode()) {
          object.put(name, canonical(object.path(name).asText()));
        }
      }
    }
  }

  private static boolean isOmitted(String name, JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL -> true;
      case STRING -> value.asText().isEmpty();
      case ARRAY -> value.isEmpty();
      case OBJECT -> value.isEmpty() && MAPS.contains(name);
      case BOOLEAN -> !value.asBoolean() && PLAIN_BOOLEANS.contains(name);
      case NUMBER -> value.asDouble() == 0 && !name.endsWith("Seconds");
      default -> false;
    };
  }

  private static String canonical(String text) {
    BigDecimal bytes = Quantity.getAmountInBytes(new Quantity(text));
    BigDecimal mebi = BigDecimal.valueOf(1L << 20);
    if (!text.endsWith("i") || bytes.remainder(mebi).signum() != 0) {
      return text;
    }
    BigDecimal inMebi = bytes.divide(mebi);
    return inMebi.longValueExact() % 1024 == 0
        ? inMebi.longValueExact() / 1024 + "Gi"
        : inMebi.longValueExact() + "Mi";
  }

  @Override
  public void close() {
    client.admissionRegistration().v1().mutatingWebhookConfigurations().withName(NAME).delete();
    server.stop(0);
  }
}
