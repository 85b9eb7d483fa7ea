package dev.diecast.standalone.cli.session;

import dev.diecast.standalone.cli.session.ApiServerOption.Target;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * An API server that is read from and never written to: of an instance, or of any cluster.
 *
 * @param name for people: {@code instance default}, or context and address of a cluster
 */
public record ApiServer(String name, KubernetesClient client) implements AutoCloseable {
  private static final int CONNECTION_MILLIS = 5_000;
  private static final int REQUEST_MILLIS = 30_000;
  private static final int NOT_FOUND = 404;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  /**
   * @return empty where it is an instance that does not run
   * @throws Refusal where there is no such kubeconfig or context
   */
  public static Optional<ApiServer> of(Target target) {
    return switch (target) {
      case Target.OfInstance(var instance) ->
          SupervisorProcess.isRunning(instance)
              ? Optional.of(
                  of(
                      "instance " + instance.name(),
                      Config.fromKubeconfig(instance.kubeconfig().toFile())))
              : Optional.empty();
      case Target.OfCluster cluster -> {
        Config config = configuration(cluster);
        String context = cluster.context().orElseGet(() -> config.getCurrentContext().getName());
        yield Optional.of(of("context " + context + " (" + config.getMasterUrl() + ")", config));
      }
    };
  }

  private static ApiServer of(String name, Config config) {
    config.setConnectionTimeout(CONNECTION_MILLIS);
    config.setRequestTimeout(REQUEST_MILLIS);
    config.setRequestRetryBackoffLimit(1);
    return new ApiServer(name, new KubernetesClientBuilder().withConfig(config).build());
  }

  private static Config configuration(Target.OfCluster cluster) {
    List<Path> files =
        Arrays.stream(cluster.kubeconfig().split(File.pathSeparator))
            .filter(name -> !name.isBlank())
            .map(Path::of)
            .filter(Files::isRegularFile)
            .toList();
    if (files.isEmpty()) {
      throw new Refusal(
          "%s: %s: no such file: name a kubeconfig, as kubectl uses it"
              .formatted(cluster.flag(), cluster.kubeconfig()));
    }
    Config config = read(cluster, files);
    List<String> contexts =
        Optional.ofNullable(config.getContexts()).orElse(List.of()).stream()
            .map(context -> context.getName())
            .toList();
    if (cluster.context().isPresent() && !contexts.contains(cluster.context().get())) {
      throw new Refusal(
          "--context: %s has no context %s; it has %s"
              .formatted(
                  cluster.kubeconfig(),
                  cluster.context().get(),
                  contexts.isEmpty() ? "none" : String.join(", ", contexts)));
    }
    if (config.getCurrentContext() == null) {
      throw new Refusal(
          "%s: %s has no current context: name one by --context (%s)"
              .formatted(
                  cluster.flag(),
                  cluster.kubeconfig(),
                  contexts.isEmpty() ? "it has none" : String.join(", ", contexts)));
    }
    return config;
  }

  private static Config read(Target.OfCluster cluster, List<Path> files) {
    try {
      return files.size() == 1
          ? Config.fromKubeconfig(cluster.context().orElse(null), files.getFirst().toFile())
          : Config.autoConfigure(cluster.context().orElse(null)); // several are $KUBECONFIG's
    } catch (RuntimeException e) {
      throw new Refusal(
          "%s: %s: is no kubeconfig: %s"
              .formatted(
                  cluster.flag(),
                  files.stream().map(Path::toString).collect(Collectors.joining(", ")),
                  Messages.of(e)));
    }
  }

  /**
   * What the server answers.
   *
   * @param what is asked for, for messages: {@code DilationHosts}
   * @throws Refusal where it does not know the kind, does not let us, or does not answer
   */
  public <T> T read(String what, Function<KubernetesClient, T> question) {
    try {
      return question.apply(client);
    } catch (KubernetesClientException e) {
      throw refusal(what, e);
    }
  }

  /** All objects of a kind, in all namespaces. */
  public <T extends HasMetadata> List<T> list(Class<T> kind) {
    return read(
        kind.getSimpleName() + "s",
        asked -> asked.resources(kind).inAnyNamespace().list().getItems());
  }

  private Refusal refusal(String what, KubernetesClientException e) {
    return new Refusal(
        switch (e.getCode()) {
          case NOT_FOUND ->
              "%s has no %s: DieCast is not installed there (docs/install.md)"
                  .formatted(name, what);
          case UNAUTHORIZED ->
              "%s does not know you: log in, or name another kubeconfig".formatted(name);
          case FORBIDDEN ->
              "%s does not let you read %s: ask for the right to list them in all namespaces (%s)"
                  .formatted(name, what, Messages.of(e));
          default -> "%s gives no %s: %s".formatted(name, what, Messages.of(e));
        });
  }

  @Override
  public void close() {
    client.close();
  }
}
