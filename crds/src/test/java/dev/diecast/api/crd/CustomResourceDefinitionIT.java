package dev.diecast.api.crd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
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
    String assets = System.getenv("KUBEBUILDER_ASSETS");
    if (assets == null || !Files.isExecutable(Path.of(assets, "kube-apiserver"))) {
      String why =
          "CustomResourceDefinitionIT is SKIPPED: KUBEBUILDER_ASSETS is "
              + assets
              + ", and must name a directory with kube-apiserver and etcd";
      System.err.println(why);
      Assumptions.abort(why);
    }
    servers = new ApiServer(Path.of(assets), directory);
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
