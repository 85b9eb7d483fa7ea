package dev.diecast.standalone.controlplane;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The CRDs on the class path: ours (folder {@code diecast}) and KubeVirt's ({@code kubevirt}). */
public final class CustomResourceDefinitions {

  private static final List<String> FOLDERS = List.of("diecast", "kubevirt");
  private static final Duration ESTABLISHED = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final String CRDS = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";

  /** Not known exactly; 1.20 refuses them and 1.36 takes them. */
  private static final int FIRST_MINOR_WITH_EMPTY_DEFAULTS = 24;

  private static final int CONFLICT = 409;
  private static final String FIELD_MANAGER = "diecast-standalone";
  private static final Pattern NAME =
      Pattern.compile("^metadata:.*?^  name: \"?([a-z0-9.-]+)", Pattern.MULTILINE | Pattern.DOTALL);

  /** An entry of spec.versions, up to the next one or the end of the list. */
  private static final Pattern DEPRECATED_VERSION =
      Pattern.compile(
          "^  - name: \\S+\\R    served: true\\R    storage: false\\R    deprecated: true\\R"
              + "(?:^(?:    .*|)\\R)*+",
          Pattern.MULTILINE);

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private CustomResourceDefinitions() {}

  /**
   * Applies all of them at once and waits until the API serves them.
   *
   * @throws ControlPlaneException where one is refused or not established in time, naming it
   */
  public static void apply(KubernetesClient client, Consumer<String> progress) {
    List<URI> files = FOLDERS.stream().flatMap(folder -> yamlIn(folder).stream()).toList();
    if (files.isEmpty()) {
      throw new ControlPlaneException("no CRD is on the class path: the build is incomplete");
    }
    progress.accept("applying " + files.size() + " CRDs");
    int minor = minorVersion(client);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> applied = new ArrayList<>();
      for (URI file : files) {
        Callable<Void> task =
            () -> {
              applyOne(client, acceptable(withoutDeprecatedVersions(read(file)), minor));
              return null;
            };
        applied.add(executor.submit(task));
      }
      for (Future<Void> one : applied) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof ControlPlaneException known
          ? known
          : new ControlPlaneException("cannot apply a CRD: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ControlPlaneException("interrupted while CRDs were applied", e);
    }
  }

  /**
   * Sends the YAML as it is, since half a megabyte of schema read into a model and written again
   * costs a second; created or replaced, since server-side apply of them costs the server another.
   */
  private static void applyOne(KubernetesClient client, String yaml)
      throws IOException, InterruptedException {
    String name = name(yaml);
    HttpResponse<String> response = write(client, "POST", "", yaml);
    if (response.code() == CONFLICT) {
      String metadata = get(client, CRDS + "/" + name).bodyString();
      String version = MAPPER.readTree(metadata).at("/metadata/resourceVersion").asText();
      String replacement =
          yaml.replaceFirst("(?m)^metadata:", "metadata:\n  resourceVersion: \"" + version + "\"");
      response = write(client, "PUT", "/" + name, replacement);
    }
    if (!response.isSuccessful()) {
      throw new ControlPlaneException(
          "the API refuses CRD " + name + ": " + message(response.bodyString()));
    }
    awaitServed(client, name);
  }

  private static HttpResponse<String> write(
      KubernetesClient client, String method, String path, String yaml)
      throws IOException, InterruptedException {
    return send(
        client,
        client
            .getHttpClient()
            .newHttpRequestBuilder()
            .uri(url(client, CRDS + path + "?fieldManager=" + FIELD_MANAGER))
            .method(method, "application/yaml", yaml)
            .build());
  }

  /** Established, and more: a list request is answered. */
  private static void awaitServed(KubernetesClient client, String name)
      throws IOException, InterruptedException {
    String plural = name.substring(0, name.indexOf('.'));
    String group = name.substring(name.indexOf('.') + 1);
    long deadline = System.nanoTime() + ESTABLISHED.toNanos();
    while (System.nanoTime() < deadline) {
      HttpResponse<String> found = get(client, "apis/" + group);
      if (found.isSuccessful()) {
        String version =
            MAPPER.readTree(found.bodyString()).at("/preferredVersion/groupVersion").asText();
        if (get(client, "apis/" + version + "/" + plural + "?limit=1").isSuccessful()) {
          return;
        }
      }
      Thread.sleep(POLL);
    }
    throw new ControlPlaneException(
        "CRD " + name + " is not served after " + ESTABLISHED.toSeconds() + " s");
  }

  private static HttpResponse<String> get(KubernetesClient client, String path)
      throws IOException, InterruptedException {
    return send(
        client, client.getHttpClient().newHttpRequestBuilder().uri(url(client, path)).build());
  }

  private static HttpResponse<String> send(KubernetesClient client, HttpRequest request)
      throws IOException, InterruptedException {
    try {
      return client.getHttpClient().sendAsync(request, String.class).get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  private static String url(KubernetesClient client, String path) {
    return client.getMasterUrl().toString() + path;
  }

  private static String message(String status) throws IOException {
    return MAPPER.readTree(status).path("message").asText(status);
  }

  private static int minorVersion(KubernetesClient client) {
    // Cloud builds append a plus sign.
    return Integer.parseInt(client.getKubernetesVersion().getMinor().replaceAll("\\D", ""));
  }

  /**
   * The server of 1.20 takes a default that is an empty string for null and refuses it; KubeVirt's
   * schemas have some (names of references), where no default means the same.
   */
  static String acceptable(String yaml, int minor) {
    return minor < FIRST_MINOR_WITH_EMPTY_DEFAULTS
        ? yaml.replaceAll("(?m)^ +default: (''|\"\")\\R", "")
        : yaml;
  }

  /**
   * KubeVirt still serves v1alpha3 of its two great kinds: the same schema a second time, a second
   * of every start, for clients that nobody has here.
   */
  static String withoutDeprecatedVersions(String yaml) {
    return DEPRECATED_VERSION.matcher(yaml).replaceAll("");
  }

  static String name(String yaml) {
    Matcher matcher = NAME.matcher(yaml);
    if (!matcher.find()) {
      throw new ControlPlaneException("a CRD on the class path has no metadata.name");
    }
    return matcher.group(1);
  }

  private static String read(URI file) throws IOException {
    try (InputStream in = file.toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static List<URI> yamlIn(String folder) {
    try {
      List<URI> files = new ArrayList<>();
      var folders = CustomResourceDefinitions.class.getClassLoader().getResources(folder);
      while (folders.hasMoreElements()) {
        files.addAll(yamlIn(folders.nextElement().toURI()));
      }
      return files;
    } catch (IOException | URISyntaxException e) {
      throw new UncheckedIOException("cannot list class path folder " + folder, new IOException(e));
    }
  }

  private static List<URI> yamlIn(URI folder) throws IOException {
    if (folder.getScheme().equals("jar")) {
      try (FileSystem jar = FileSystems.newFileSystem(folder, Map.of())) {
        String inJar = folder.toString().substring(folder.toString().indexOf('!') + 1);
        return list(jar.getPath(inJar));
      }
    }
    return list(Path.of(folder));
  }

  private static List<URI> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).map(Path::toUri).toList();
    }
  }
}
