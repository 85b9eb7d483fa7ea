package dev.diecast.container;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import dev.diecast.chart.Chart;
import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The container of a workload of the chart, as kubelet would have it started: image, command,
 * environment, user, capabilities, mounts and limits are read from what Helm renders. Beyond
 * Docker: fsGroup (it changes the group of an emptyDir, which is a tmpfs of mode 1777 here),
 * SELinux types, requests. Its network is the host's, since there the API server is.
 *
 * @param pod spec of the workload's pods
 * @param fields what fieldRefs stand for, by fieldPath
 * @param hostPaths directories in place of those of the host, by the host's path
 */
record ChartContainer(JsonNode pod, Map<String, String> fields, Map<String, Path> hostPaths) {
  private static final Volume SERVICE_ACCOUNT =
      new Volume("/var/run/secrets/kubernetes.io/serviceaccount");

  static ChartContainer of(
      List<JsonNode> objects,
      String kind,
      String name,
      Map<String, String> fields,
      Map<String, Path> hostPaths) {
    return new ChartContainer(
        Chart.find(objects, kind, name).at("/spec/template/spec"), fields, hostPaths);
  }

  String image() {
    return spec().path("image").asText();
  }

  int gracePeriodSeconds() {
    return pod.path("terminationGracePeriodSeconds").asInt();
  }

  long memoryLimitBytes() {
    return bytes(spec().at("/resources/limits/memory"));
  }

  private static long bytes(JsonNode quantity) {
    return Quantity.getAmountInBytes(new Quantity(quantity.asText())).longValueExact();
  }

  private JsonNode spec() {
    return pod.at("/containers/0");
  }

  /** What the container says, else what the pod does. */
  private JsonNode security(String field) {
    JsonNode own = spec().path("securityContext").path(field);
    return own.isMissingNode() ? pod.path("securityContext").path(field) : own;
  }

  /**
   * The container, not yet started.
   *
   * @param serviceAccount directory with token and certificate
   * @param environment wins over the chart's
   */
  GenericContainer<?> container(Path serviceAccount, Map<String, String> environment) {
    return new GenericContainer<>(DockerImageName.parse(image()))
        .withNetworkMode("host")
        .withEnv(environment(environment))
        .withCreateContainerCmdModifier(command -> configure(command, serviceAccount));
  }

  private Map<String, String> environment(Map<String, String> more) {
    Map<String, String> all = new HashMap<>();
    for (JsonNode variable : spec().path("env")) {
      String path = variable.at("/valueFrom/fieldRef/fieldPath").asText();
      all.put(
          variable.path("name").asText(),
          path.isEmpty() ? variable.path("value").asText() : fields.get(path));
    }
    all.putAll(more);
    return all;
  }

  private void configure(CreateContainerCmd command, Path serviceAccount) {
    HostConfig host = command.getHostConfig();
    if (spec().has("command")) {
      command.withEntrypoint(texts(spec().path("command")));
    }
    int user = security("runAsUser").asInt();
    command.withUser(user + ":" + security("runAsGroup").asInt(user));
    host.withReadonlyRootfs(security("readOnlyRootFilesystem").asBoolean());
    host.withPrivileged(security("privileged").asBoolean());
    host.withCapDrop(capabilities("drop")).withCapAdd(capabilities("add"));
    host.withSecurityOpts(securityOptions());
    if (pod.path("hostPID").asBoolean()) {
      host.withPidMode("host");
    }
    host.withMemory(memoryLimitBytes());
    mount(host, serviceAccount);
  }

  private Capability[] capabilities(String verb) {
    return texts(security("capabilities").path(verb)).stream()
        .map(Capability::valueOf)
        .toArray(Capability[]::new);
  }

  /** The runtime's default profile of seccomp is Docker's without being asked for. */
  private List<String> securityOptions() {
    List<String> options = new ArrayList<>();
    if (!security("allowPrivilegeEscalation").asBoolean(true)) {
      options.add("no-new-privileges");
    }
    if (security("appArmorProfile").path("type").asText().equals("Unconfined")) {
      options.add("apparmor=unconfined");
    }
    return options;
  }

  private void mount(HostConfig host, Path serviceAccount) {
    List<Bind> binds = new ArrayList<>();
    Map<String, String> memory = new HashMap<>();
    binds.add(new Bind(serviceAccount.toString(), SERVICE_ACCOUNT, AccessMode.ro));
    for (JsonNode mount : spec().path("volumeMounts")) {
      String path = mount.path("mountPath").asText();
      JsonNode volume = volume(mount.path("name").asText());
      if (volume.has("emptyDir")) {
        memory.put(path, "mode=1777,size=" + bytes(volume.at("/emptyDir/sizeLimit")));
        continue;
      }
      Path source = Path.of(volume.at("/hostPath/path").asText());
      source = hostPaths.getOrDefault(source.toString(), source);
      // Docker would make a directory of what is not there, on the host.
      if (Files.exists(source)) {
        AccessMode mode = mount.path("readOnly").asBoolean() ? AccessMode.ro : AccessMode.rw;
        binds.add(new Bind(source.toString(), new Volume(path), mode));
      } else {
        System.out.println("containers: not mounted, since this machine has none: " + source);
      }
    }
    host.withBinds(binds.toArray(Bind[]::new)).withTmpFs(memory);
  }

  private JsonNode volume(String name) {
    return StreamSupport.stream(pod.path("volumes").spliterator(), false)
        .filter(volume -> volume.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }
}
