package dev.diecast.standalone.cli.plan;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.standalone.cli.session.ApiServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What models would be applied to.
 *
 * @param name for people
 * @param nodes of all models that are there
 * @param models that are there
 * @param beside what models may name
 */
record Scene(
    String name,
    List<DilationHost> hosts,
    List<DilatedNode> nodes,
    List<ScaleModel> models,
    Beside beside) {

  /** What a model's spec may name and its file need not hold. */
  interface Beside {

    /** Whether what is not here is nowhere. */
    boolean isComplete();

    Optional<GenericKubernetesResource> instancetype(String namespace, String kind, String name);

    Optional<ConfigMap> configMap(String namespace, String name);
  }

  /** Hosts alone, on which nothing runs. */
  static Scene empty(String name, List<DilationHost> hosts, boolean complete) {
    return new Scene(name, hosts, List.of(), List.of(), new Nothing(complete));
  }

  /** As an API server has it now. */
  static Scene of(ApiServer server) {
    return new Scene(
        server.name(),
        server.list(DilationHost.class),
        server.list(DilatedNode.class),
        server.list(ScaleModel.class),
        new OfServer(server));
  }

  private record Nothing(boolean isComplete) implements Beside {
    @Override
    public Optional<GenericKubernetesResource> instancetype(
        String namespace, String kind, String name) {
      return Optional.empty();
    }

    @Override
    public Optional<ConfigMap> configMap(String namespace, String name) {
      return Optional.empty();
    }
  }

  private record OfServer(ApiServer server) implements Beside {
    @Override
    public boolean isComplete() {
      return true;
    }

    @Override
    public Optional<GenericKubernetesResource> instancetype(
        String namespace, String kind, String name) {
      ResourceDefinitionContext context =
          new ResourceDefinitionContext.Builder()
              .withGroup("instancetype.kubevirt.io")
              .withVersion("v1beta1")
              .withKind(kind)
              .withPlural(kind.toLowerCase(Locale.ROOT) + "s")
              .withNamespaced(!kind.contains("Cluster"))
              .build();
      return Optional.ofNullable(
          server.read(
              kind + "s",
              client -> {
                var all = client.genericKubernetesResources(context);
                return context.isNamespaceScoped()
                    ? all.inNamespace(namespace).withName(name).get()
                    : all.withName(name).get();
              }));
    }

    @Override
    public Optional<ConfigMap> configMap(String namespace, String name) {
      return Optional.ofNullable(
          server.read(
              "ConfigMaps",
              client -> client.configMaps().inNamespace(namespace).withName(name).get()));
    }
  }
}
