package dev.diecast.standalone.controlplane;

import dev.diecast.standalone.process.Component;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Command lines of the control plane. Only what this product uses is turned on: no service network,
 * no nodes, no scheduler; the controllers are those that delete (owner references, namespaces) and
 * those without which a pod could not be created by hand.
 */
final class ControlPlaneCommands {

  /**
   * Flags for an unauthenticated port were taken out in 1.24; before that they must be set to 0.
   */
  private static final int FIRST_MINOR_WITHOUT_INSECURE_PORT = 24;

  private static final String CONTROLLERS =
      "garbagecollector,namespace,serviceaccount,serviceaccount-token,root-ca-cert-publisher";

  private final Path binaries;
  private final int minorVersion;
  private final Path directory;
  private final Certificates certificates;
  private final ControlPlanePorts ports;
  private final Map<String, String> environment;

  ControlPlaneCommands(
      Path binaries,
      int minorVersion,
      Path directory,
      Certificates certificates,
      ControlPlanePorts ports,
      Map<String, String> environment) {
    this.binaries = binaries;
    this.minorVersion = minorVersion;
    this.directory = directory;
    this.certificates = certificates;
    this.ports = ports;
    this.environment = environment;
  }

  Component etcd() {
    String client = "https://127.0.0.1:" + ports.etcd();
    String peer = "https://127.0.0.1:" + ports.etcdPeer();
    return component(
        "etcd",
        ports.etcd(),
        List.of(
            "--name=diecast",
            "--data-dir=" + directory.resolve("etcd"),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=diecast=" + peer,
            "--client-cert-auth",
            "--trusted-ca-file=" + certificates.certificate("etcd-ca"),
            "--cert-file=" + certificates.certificate("etcd"),
            "--key-file=" + certificates.key("etcd"),
            "--peer-client-cert-auth",
            "--peer-trusted-ca-file=" + certificates.certificate("etcd-ca"),
            "--peer-cert-file=" + certificates.certificate("etcd"),
            "--peer-key-file=" + certificates.key("etcd"),
            "--log-level=warn"));
  }

  Component apiServer() {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--etcd-servers=https://127.0.0.1:" + ports.etcd(),
                "--etcd-cafile=" + certificates.certificate("etcd-ca"),
                "--etcd-certfile=" + certificates.certificate("etcd-client"),
                "--etcd-keyfile=" + certificates.key("etcd-client"),
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--secure-port=" + ports.api(),
                "--tls-cert-file=" + certificates.certificate("apiserver"),
                "--tls-private-key-file=" + certificates.key("apiserver"),
                "--client-ca-file=" + certificates.certificate("ca"),
                "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.0.0.0/24",
                "--endpoint-reconciler-type=none",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + certificates.publicKey("service-accounts"),
                "--service-account-signing-key-file=" + certificates.key("service-accounts"),
                "--profiling=false",
                // Events of a long run are evidence; an hour is the default.
                "--event-ttl=24h"));
    if (minorVersion < FIRST_MINOR_WITHOUT_INSECURE_PORT) {
      flags.add("--insecure-port=0");
    }
    return component("kube-apiserver", ports.api(), flags);
  }

  Component controllers(Path kubeconfig) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--kubeconfig=" + kubeconfig,
                "--authentication-kubeconfig=" + kubeconfig,
                "--authorization-kubeconfig=" + kubeconfig,
                "--bind-address=127.0.0.1",
                "--secure-port=" + ports.controllers(),
                "--leader-elect=false",
                "--use-service-account-credentials=true",
                "--service-account-private-key-file=" + certificates.key("service-accounts"),
                "--root-ca-file=" + certificates.certificate("ca"),
                "--controllers=" + CONTROLLERS,
                "--profiling=false"));
    if (minorVersion < FIRST_MINOR_WITHOUT_INSECURE_PORT) {
      flags.add("--port=0");
    }
    return component("kube-controller-manager", ports.controllers(), flags);
  }

  private Component component(String name, int port, List<String> flags) {
    List<String> command = new ArrayList<>();
    command.add(binaries.resolve(name).toString());
    command.addAll(flags);
    return new Component(
        name,
        command,
        environment,
        directory.resolve("logs").resolve(name + ".log"),
        OptionalInt.of(port));
  }
}
