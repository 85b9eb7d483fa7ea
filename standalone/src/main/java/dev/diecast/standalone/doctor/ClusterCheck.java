package dev.diecast.standalone.doctor;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.DilationHostStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.VersionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a cluster has of what DieCast needs. Reads discovery and DilationHosts only. */
public final class ClusterCheck {
  private static final int LEAST_MINOR = 32;

  private final KubernetesClient client;

  public ClusterCheck(KubernetesClient client) {
    this.client = client;
  }

  public List<Check> run() {
    List<Check> checks = new ArrayList<>();
    checks.add(version(client.getKubernetesVersion()));
    Check types = types();
    checks.add(types);
    checks.add(kubeVirt());
    if (types.status() == Check.Status.OK) {
      List<DilationHost> hosts = client.resources(DilationHost.class).list().getItems();
      List<Check> ofHosts = hosts.stream().map(ClusterCheck::host).toList();
      if (ofHosts.stream().noneMatch(check -> check.status() == Check.Status.OK)) {
        checks.add(
            hosts.isEmpty()
                ? Check.missing(
                    "hosts",
                    "no DilationHost",
                    "the daemon runs nowhere: label worker nodes as the chart's"
                        + " daemon.nodeSelector says, and look at its pods")
                : Check.missing("hosts", "none takes nodes", "mend one of those below"));
      }
      checks.addAll(ofHosts);
    }
    return checks;
  }

  /** Only the first digits of a minor version count: clouds write {@code 32+}. */
  static Check version(VersionInfo version) {
    String found = version.getMajor() + "." + version.getMinor();
    int minor = Integer.parseInt("0" + version.getMinor().replaceAll("\\D.*", ""));
    return version.getMajor().equals("1") && minor < LEAST_MINOR
        ? Check.limited(
            "Kubernetes", found, "the chart needs 1." + LEAST_MINOR + " or newer: upgrade")
        : Check.ok("Kubernetes", found);
  }

  private Check types() {
    return client.hasApiGroup(Api.GROUP, true)
        ? Check.ok("resource types", Api.GROUP)
        : Check.missing(
            "resource types",
            "no API group " + Api.GROUP,
            "helm install diecast charts/diecast -n diecast-system --create-namespace");
  }

  private Check kubeVirt() {
    List<String> absent =
        List.of("kubevirt.io", "instancetype.kubevirt.io").stream()
            .filter(group -> !client.hasApiGroup(group, true))
            .toList();
    return absent.isEmpty()
        ? Check.ok("KubeVirt", "kubevirt.io, instancetype.kubevirt.io")
        : Check.missing(
            "KubeVirt",
            "no API group " + String.join(", ", absent),
            "install KubeVirt 1.9 (https://kubevirt.io)");
  }

  /** What its daemon says of it. */
  static Check host(DilationHost host) {
    String name = "host " + host.getMetadata().getName();
    Optional<DilationHostStatus> status = Optional.ofNullable(host.getStatus());
    Optional<Condition> ready =
        status.map(DilationHostStatus::conditions).orElse(List.of()).stream()
            .filter(condition -> condition.getType().equals("Ready"))
            .findFirst();
    if (ready.isEmpty()) {
      return Check.limited(
          name, "its daemon has not said that it is Ready", "look at the daemon's pod on it");
    }
    if (!ready.get().getStatus().equals("True")) {
      return Check.limited(name, "not Ready: " + ready.get().getReason(), ready.get().getMessage());
    }
    if (host.getSpec() != null && !host.getSpec().acceptsNodes()) {
      return Check.limited(name, "spec.unschedulable is true", "set it to false to use it");
    }
    String drivers =
        status.get().drivers().stream()
            .filter(driver -> Boolean.TRUE.equals(driver.available()))
            .map(driver -> driver.name().name())
            .collect(Collectors.joining(", "));
    return Check.ok(name, "Ready, drivers " + drivers);
  }
}
