package dev.diecast.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import dev.diecast.standalone.prometheus.ScrapeConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart by itself: Helm's own lint, schema and templates, and what is made from its files. */
class ChartTest {
  private static final boolean WRITE = System.getProperty("chart.write") != null;
  private static final String MEND =
      "run: mvn -pl e2e-tests -am test -Dchart.write -Dtest=ChartTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false (then commit the files)";

  @Test
  void lintIsContentEvenStrictly() {
    LintResult result = new Helm(Chart.directory()).lint().strict().call();
    assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
  }

  @Test
  void readmeTellsAllValues() throws IOException {
    Path readme = Chart.directory().resolve("README.md");
    List<String> undescribed = new ArrayList<>();
    String table = ValuesPage.table(Chart.directory().resolve("values.yaml"), undescribed);
    assertThat(undescribed).as("values without a comment").isEmpty();
    String page = Files.readString(readme);
    int begin = page.indexOf(ValuesPage.BEGIN) + ValuesPage.BEGIN.length();
    int end = page.indexOf(ValuesPage.END);
    String wanted = page.substring(0, begin) + "\n\n" + table + "\n" + page.substring(end);
    if (WRITE) {
      Files.writeString(readme, wanted);
    }
    assertThat(Files.readString(readme)).as("charts/diecast/README.md; %s", MEND).isEqualTo(wanted);
  }

  @Test
  void schemaKnowsEveryValueAndNoOther() throws IOException {
    JsonNode values = Chart.yaml(Chart.directory().resolve("values.yaml"));
    JsonNode schema = Chart.yaml(Chart.directory().resolve("values.schema.json"));
    compare(values, schema, "");
  }

  private static void compare(JsonNode values, JsonNode schema, String path) {
    if (!schema.path("additionalProperties").isBoolean()) {
      return; // a map of the user's own
    }
    List<String> known = new ArrayList<>();
    schema.path("properties").fieldNames().forEachRemaining(known::add);
    known.remove("global"); // Helm's own, for charts above this one
    List<String> given = new ArrayList<>();
    values.fieldNames().forEachRemaining(given::add);
    if (path.endsWith(".resources")) {
      return; // a part of what Kubernetes takes
    }
    assertThat(given).as("values%s", path).containsExactlyInAnyOrderElementsOf(known);
    given.forEach(
        key -> compare(values.path(key), schema.path("properties").path(key), path + "." + key));
  }

  static Stream<String> badValues() {
    return Stream.of(
        "operator: {replicas: 0} #replicas",
        "operator: {replica: 3} #replica",
        "operator: {logLevel: debug} #logLevel",
        "operator: {image: {digest: latest}} #digest",
        "image: {registry: 'https://registry.example.com'} #registry",
        "image: {pullPolicy: always} #pullPolicy",
        "daemon: {port: 80} #port",
        "daemon: {interval: 5} #interval",
        "daemon: {stateDirectory: /} #stateDirectory",
        "daemon: {stateDirectory: ../x} #stateDirectory",
        "daemon: {env: {LD_PRELOAD: x}} #LD_PRELOAD",
        "daemon: {maxUnavailable: 0} #maxUnavailable",
        "daemon: {namespace: {name: Node}} #name",
        "daemon: {deviceResources: [kvm]} #deviceResources",
        "networkPolicy: {apiServerPorts: []} #apiServerPorts",
        "daemon: {overheadMemory: much} #overheadMemory",
        "podMonitor: {enabled: 'yes'} #enabled",
        "dashboards: {folder: x} #folder",
        "crd: {install: true} #crd");
  }

  @ParameterizedTest
  @MethodSource("badValues")
  void schemaRefusesAndNamesTheValue(String values) {
    String field = values.substring(values.indexOf('#') + 1);
    assertThatThrownBy(() -> Chart.text(values)).hasMessageContaining(field);
  }

  @Test
  void withoutARegistryItSaysWhatToGive() {
    assertThatThrownBy(() -> Chart.text(""))
        .hasMessageContaining("image.registry")
        .hasMessageContaining("--set image.registry=");
  }

  @Test
  void theDaemonDoesNotLiveWithTheOperator() {
    assertThatThrownBy(
            () -> Chart.render("daemon: {namespace: {name: %s}}".formatted(Chart.NAMESPACE)))
        .hasMessageContaining("daemon.namespace.name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "crds: {install: false}",
        "crds: {keep: false}\nfullnameOverride: dc",
        "operator: {replicas: 1, priorityClassName: high, affinity: {nodeAffinity: {}}, javaOptions: -Xmx1g}",
        "daemon: {hostNetwork: false, namespace: {name: hosts, create: false}, tolerations: [{operator: Exists}]}",
        "daemon: {privileged: true, deviceResources: [devices.kubevirt.io/kvm], env: {DIECAST_METRICS_PER_NODE: true}}",
        "podMonitor: {enabled: true, labels: {release: prometheus}}\nprometheusRule: {enabled: true}\ndashboards: {enabled: true}",
        "rbac: {aggregate: false}\nadmissionPolicy: {enabled: false}\nnetworkPolicy: {enabled: false}\ntest: {enabled: false}"
      })
  void everySetOfValuesGivesSoundObjects(String values) {
    List<JsonNode> objects = Chart.render(values);
    List<String> identities = new ArrayList<>();
    for (JsonNode object : objects) {
      String kind = object.path("kind").asText();
      String name = object.at("/metadata/name").asText();
      identities.add(kind + " " + object.at("/metadata/namespace").asText() + "/" + name);
      assertThat(name).as("%s", object).isNotEmpty();
      assertThat(object.path("apiVersion").asText()).isNotEmpty();
      if (!kind.equals("CustomResourceDefinition")) {
        assertThat(object.at("/metadata/labels/app.kubernetes.io~1part-of").asText())
            .as("label of %s %s", kind, name)
            .isEqualTo("diecast");
      }
    }
    assertThat(identities).doesNotHaveDuplicates();
    assertThat(Chart.ofKind(objects, "CustomResourceDefinition"))
        .hasSize(values.contains("install: false") ? 0 : 4)
        .allMatch(
            crd ->
                crd.at("/metadata/annotations").has("helm.sh/resource-policy")
                    != values.contains("keep: false"));
    assertThat(Chart.ofKind(objects, "PodDisruptionBudget"))
        .hasSize(values.contains("replicas: 1") ? 0 : 1);
    assertThat(Chart.ofKind(objects, "Namespace"))
        .hasSize(values.contains("create: false") ? 0 : 1);
    assertThat(Chart.ofKind(objects, "PodMonitor")).hasSize(values.contains("podMonitor") ? 1 : 0);
  }

  /** So that dashboards and alerts of a cluster hold beside a run, and are tested by one. */
  @Test
  void runsAreScrapedAsThePodMonitorScrapes() throws IOException {
    JsonNode monitor =
        Chart.ofKind(Chart.render("podMonitor: {enabled: true}"), "PodMonitor").getFirst();
    JsonNode endpoint = monitor.at("/spec/podMetricsEndpoints/0");
    String text = new ScrapeConfiguration(1, "n1", Path.of("/rules"), 2).text();
    JsonNode scrape = Chart.objects(text).getFirst().at("/scrape_configs/0");
    JsonNode labels = scrape.at("/static_configs/0/labels");
    assertThat(scrape.path("honor_labels")).isEqualTo(endpoint.path("honorLabels"));
    assertThat(scrape.path("metrics_path")).isEqualTo(endpoint.path("path"));
    assertThat(labels.path("endpoint")).isEqualTo(endpoint.path("port"));
    assertThat(labels.path("namespace")).isEqualTo(monitor.at("/metadata/namespace"));
    assertThat(scrape.path("job_name").asText())
        .isEqualTo(Chart.DAEMON_NAMESPACE + "/" + Chart.DAEMON);
    // What the Prometheus operator adds of a pod by itself, and what our PodMonitor adds to it.
    List<String> names = new ArrayList<>(List.of("namespace", "pod", "container", "endpoint"));
    endpoint.path("relabelings").forEach(r -> names.add(r.path("targetLabel").asText()));
    assertThat(labels.fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  void rulesAndDashboardsReachTheClusterAsTheyAre() throws IOException {
    List<JsonNode> objects =
        Chart.render("prometheusRule: {enabled: true}\ndashboards: {enabled: true}");
    assertThat(Chart.ofKind(objects, "PrometheusRule").getFirst().path("spec"))
        .isEqualTo(Chart.yaml(Chart.directory().resolve("rules/diecast.yaml")));
    List<JsonNode> maps = Chart.ofKind(objects, "ConfigMap");
    try (Stream<Path> files = Files.list(Chart.directory().resolve("dashboards"))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        assertThat(maps)
            .as(name)
            .filteredOn(map -> map.path("data").has(name))
            .singleElement()
            .matches(map -> map.at("/metadata/labels/grafana_dashboard").asText().equals("1"))
            .extracting(map -> map.path("data").path(name).asText())
            .isEqualTo(Files.readString(file).strip());
      }
    }
  }

  /** GeneratedFilesTest of the module crds compares the chart's copies with the types. */
  @Test
  void boundsOfTheCrdsSurviveRendering() throws IOException {
    JsonNode source =
        Chart.yaml(
            Chart.home().resolve("crds/src/main/resources/diecast/scalemodels.diecast.dev.yaml"));
    assertThat(
            Chart.find(Chart.render(""), "CustomResourceDefinition", "scalemodels.diecast.dev")
                .path("spec"))
        .isEqualTo(source.path("spec"));
  }
}
