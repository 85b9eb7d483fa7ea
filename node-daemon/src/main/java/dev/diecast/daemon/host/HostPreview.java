package dev.diecast.daemon.host;

import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.DilationHostStatus.Overhead;
import dev.diecast.daemon.cgroup.CgroupHierarchy;
import dev.diecast.daemon.cgroup.Controller;
import dev.diecast.daemon.cpu.CpuCorrection;
import dev.diecast.daemon.overload.HostOverload;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * This host's DilationHost as its daemon would publish it, before a daemon runs. Free of Quarkus
 * and of a connection, so that the command line can plan against it.
 */
public final class HostPreview {
  private static final Path PROC = Path.of("/proc");
  private static final Path CGROUP = Path.of("/sys/fs/cgroup");

  private HostPreview() {}

  /**
   * Takes about two seconds, for counting the TSC.
   *
   * @param name of the host as a Kubernetes node
   * @param directory there; its file system is the one that VMs' disks would take room on
   */
  public static DilationHost of(String name, Path directory)
      throws IOException, InterruptedException {
    List<String> mounts = Files.readAllLines(PROC.resolve("self/mountinfo"));
    HostFacts facts =
        new HostProbe(PROC, directory, CgroupHierarchy.find(Controller.CPU, mounts, CGROUP))
            .facts();
    HostSettings settings =
        new HostSettings(
            new Overhead(
                new Quantity(HostSettings.OVERHEAD_CPU),
                new Quantity(HostSettings.OVERHEAD_MEMORY)),
            Optional.empty(),
            CpuCorrection.NONE);
    DilationHost host = new DilationHost();
    host.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withLabels(Map.of(HostPublisher.LABEL_HOSTNAME, name))
            .build());
    host.setStatus(
        HostStatus.of(
            facts, settings, HostOverload.IDLE, Optional.empty(), 1L, false, Instant.now()));
    return host;
  }
}
