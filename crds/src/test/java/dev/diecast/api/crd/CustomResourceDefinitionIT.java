package dev.diecast.api.crd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.validation.FieldError;
import dev.diecast.api.validation.Models;
import dev.diecast.api.validation.Mutation;
import dev.diecast.api.validation.Refusal;
import dev.diecast.api.validation.ScaleModelValidation;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * The committed CRDs against real API servers: they are accepted, and refuse what validation in
 * Java refuses.
 *
 * <p>Needs {@code KUBEBUILDER_ASSETS}, a directory with {@code etcd} and {@code kube-apiserver} as
 * envtest has it. Where {@code apiextensions-apiserver} (the CRD server of a newer Kubernetes) lies
 * there too, CEL rules are tried on that one; else on the kube-apiserver, if it has them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledIf(
    value = "dev.diecast.api.crd.ApiServer#isThere",
    disabledReason = "SKIPPED: KUBEBUILDER_ASSETS names no directory with etcd and kube-apiserver")
class CustomResourceDefinitionIT {

  private static final String MODELS =
      "/apis/" + Api.GROUP + "/" + Api.VERSION + "/namespaces/default/scalemodels?dryRun=All";
  private static final int FIRST_MINOR_WITH_RULES = 29;
  private static final int MUTATED_MODELS = Integer.getInteger("diecast.models", 500);

  private ApiServer servers;
  private KubernetesClient older;
  private Optional<KubernetesClient> withRules = Optional.empty();

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    servers = new ApiServer(ApiServer.binaries().orElseThrow(), directory);
    older = servers.client();
    if (older.namespaces().withName("default").get() == null) {
      older
          .resource(
              new NamespaceBuilder().withNewMetadata().withName("default").endMetadata().build())
          .create();
    }
    install(older);
    if (servers.hasCrdServer()) {
      withRules = Optional.of(servers.crdServerClient());
      install(withRules.get());
    } else if (minor(older) >= FIRST_MINOR_WITH_RULES) {
      withRules = Optional.of(older);
    }
  }

  @AfterAll
  void stop() {
    withRules.ifPresent(KubernetesClient::close);
    if (older != null) {
      older.close();
    }
    if (servers != null) {
      servers.close();
    }
  }

  @Test
  void everyServerTakesAValidModel() {
    assertThat(refusalBy(older, Models.valid())).isEmpty();
    withRules.ifPresent(server -> assertThat(refusalBy(server, Models.valid())).isEmpty());
  }

  @Test
  void aServerWithRulesRefusesWhatValidationRefuses() {
    KubernetesClient server = serverWithRules();
    for (Refusal refusal : Refusal.all().filter(Refusal::server).toList()) {
      assertThat(refusalBy(server, refusal.document())).as(refusal.name()).isPresent();
    }
  }

  /** Keeps the table honest: what it says only Java finds, a server must let pass. */
  @Test
  void aServerWithRulesTakesWhatOnlyValidationRefuses() {
    KubernetesClient server = serverWithRules();
    Stream<Refusal> javaOnly =
        Refusal.all()
            .filter(refusal -> !refusal.server())
            .filter(refusal -> !List.of("kind", "apiVersion").contains(refusal.field()));
    for (Refusal refusal : javaOnly.toList()) {
      assertThat(refusalBy(server, refusal.document())).as(refusal.name()).isEmpty();
    }
  }

  @Test
  void rulesSayTheMend() {
    ObjectNode model = Models.valid();
    Models.set(model, "/spec/timeDilation/factor", "'0.5'");
    assertThat(refusalBy(serverWithRules(), model))
        .get()
        .asString()
        .contains("spec.timeDilation.factor")
        .contains("a rational number from 1 to 1000, written as 10, 5/2 or 2.5");
  }

  /** Each rule of the CRDs, by its path and message, and an object that breaks it. */
  @Test
  void everyRuleSaysItsMessage() {
    KubernetesClient server = serverWithRules();
    Set<String> tried = new TreeSet<>();
    for (RuleCase rule : RuleCase.all()) {
      tried.add(messageOf(rule));
      ObjectNode valid = rule.valid();
      assertThat(refusalBy(server, rule, valid, "POST", true)).as("valid for " + rule).isEmpty();
      if (rule.transition()) {
        refusalBy(server, rule, valid, "POST", false);
      }
      ObjectNode spoilt = rule.spoilt();
      String method = rule.transition() ? "PUT" : "POST";
      assertThat(refusalBy(server, rule, spoilt, method, true))
          .as(rule.toString())
          .hasValueSatisfying(
              why ->
                  assertThat(why)
                      .contains(
                          messageOf(rule).substring((rule.plural() + rule.path()).length() + 2)));
    }
    assertThat(tried).as("rules that have a case").isEqualTo(rules().keySet());
  }

  private static String messageOf(RuleCase rule) {
    String start = rule.plural() + rule.path() + ": ";
    List<String> found =
        rules().keySet().stream()
            .filter(key -> key.startsWith(start) && key.contains(rule.message()))
            .toList();
    assertThat(found).as(rule.toString()).hasSize(1);
    return found.getFirst();
  }

  /** All rules as {@code plural.path: message}. */
  private static Map<String, JsonNode> rules() {
    Map<String, JsonNode> rules = new TreeMap<>();
    GeneratedFiles.crds()
        .forEach(
            (name, yaml) ->
                collect(
                    Models.yaml(yaml).at("/spec/versions/0/schema/openAPIV3Schema"),
                    name.substring(0, name.indexOf('.')),
                    rules));
    return rules;
  }

  private static void collect(JsonNode schema, String path, Map<String, JsonNode> rules) {
    for (JsonNode rule : schema.path("x-kubernetes-validations")) {
      rules.put(path + ": " + rule.path("message").asText(), rule);
    }
    schema
        .path("properties")
        .properties()
        .forEach(p -> collect(p.getValue(), path + "." + p.getKey(), rules));
    if (schema.path("items").isObject()) {
      collect(schema.path("items"), path + "[]", rules);
    }
    if (schema.path("additionalProperties").isObject()) {
      collect(schema.path("additionalProperties"), path + "{}", rules);
    }
  }

  private static Optional<String> refusalBy(
      KubernetesClient server, RuleCase rule, ObjectNode object, String method, boolean dryRun) {
    String namespace = rule.plural().equals("dilationhosts") ? "" : "/namespaces/default";
    String all = "/apis/" + Api.GROUP + "/" + Api.VERSION + namespace + "/" + rule.plural();
    String one = all + "/" + rule.valid().at("/metadata/name").asText();
    ObjectNode sent = object.deepCopy();
    if (method.equals("PUT")) {
      JsonNode there = Models.yaml(server.raw(one)).path("metadata");
      ((ObjectNode) sent.path("metadata")).set("resourceVersion", there.path("resourceVersion"));
    }
    try {
      server.raw((method.equals("PUT") ? one : all) + (dryRun ? "?dryRun=All" : ""), method, sent);
      return Optional.empty();
    } catch (KubernetesClientException e) {
      if (e.getCode() == 409 && method.equals("POST")) {
        return Optional.empty(); // another case has made it
      }
      if (e.getCode() != 422 && e.getCode() != 400) {
        throw e;
      }
      return Optional.of(e.getMessage());
    }
  }

  /** Validation is at least as strict as any server: what it passes can be applied. */
  @Test
  void whatValidationPassesEveryServerTakes() {
    long seed = Long.getLong("diecast.seed", System.nanoTime());
    System.out.println("CustomResourceDefinitionIT: -Ddiecast.seed=" + seed);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int passed = 0;
    for (int i = 0; i < MUTATED_MODELS; i++) {
      ObjectNode model = Models.valid();
      Mutation.apply(model, random);
      List<FieldError> errors = ScaleModelValidation.validate(model);
      boolean elsewhere = !model.path("metadata").path("namespace").asText().equals("default");
      if (!errors.isEmpty() || elsewhere) {
        continue;
      }
      passed++;
      for (KubernetesClient server : Stream.concat(Stream.of(older), withRules.stream()).toList()) {
        refusalBy(server, model)
            .ifPresent(why -> fail("seed " + seed + ": refused: " + why + "\n" + model));
      }
    }
    assertThat(passed).isPositive();
  }

  private KubernetesClient serverWithRules() {
    if (withRules.isEmpty()) {
      String why =
          "CustomResourceDefinitionIT: CEL rules are NOT TRIED: this kube-apiserver has none;"
              + " put apiextensions-apiserver of Kubernetes 1.29 or later into KUBEBUILDER_ASSETS";
      System.err.println(why);
      Assumptions.abort(why);
    }
    return withRules.get();
  }

  private static void install(KubernetesClient server) throws InterruptedException {
    for (String name : GeneratedFiles.crds().keySet()) {
      CustomResourceDefinition crd =
          server
              .getKubernetesSerialization()
              .unmarshal(
                  CustomResourceDefinitionIT.class.getResourceAsStream("/diecast/" + name),
                  CustomResourceDefinition.class);
      server.resource(crd).create();
      server
          .apiextensions()
          .v1()
          .customResourceDefinitions()
          .withName(crd.getMetadata().getName())
          .waitUntilCondition(CustomResourceDefinitionIT::isSound, 30, TimeUnit.SECONDS);
    }
    // Established comes a moment before the resource is served.
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (server.raw(MODELS.replaceFirst("\\?.*", "")) == null) {
      assertThat(System.nanoTime()).as("ScaleModels are served in time").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private static boolean isSound(CustomResourceDefinition crd) {
    return crd != null
        && crd.getStatus() != null
        && crd.getStatus().getConditions() != null
        && crd.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"))
        && crd.getStatus().getConditions().stream()
            .noneMatch(c -> c.getType().equals("NonStructuralSchema"));
  }

  private static Optional<String> refusalBy(KubernetesClient server, ObjectNode model) {
    try {
      server.raw(MODELS, "POST", model);
      return Optional.empty();
    } catch (KubernetesClientException e) {
      if (e.getCode() != 422 && e.getCode() != 400) {
        throw e;
      }
      return Optional.of(e.getMessage());
    }
  }

  private static int minor(KubernetesClient server) {
    return Integer.parseInt(server.getKubernetesVersion().getMinor().replaceAll("\\D.*", ""));
  }
}
