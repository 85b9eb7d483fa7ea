package dev.diecast.standalone.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPlaneBinariesTest {

  @TempDir Path directory;
  private final List<String> said = new ArrayList<>();

  @Test
  void takesOneCompleteDirectoryAsItIs() throws IOException {
    Path assets =
        programs("assets", "etcd", "kube-apiserver", "kube-controller-manager", "kubectl");
    ControlPlaneBinaries binaries = from(assets);
    assertThat(binaries.directory()).isEqualTo(assets);
    assertThat(binaries.apiServerMinorVersion()).isEqualTo(31);
    assertThat(said).isEmpty();
  }

  @Test
  void takesWhatEnvtestLacksFromTheNextSourceAndSaysSo() throws IOException {
    Path assets = programs("assets", "etcd", "kube-apiserver", "kubectl");
    Path rest = programs("rest", "kube-controller-manager", "etcd");
    ControlPlaneBinaries binaries = from(assets, rest);
    assertThat(binaries.program("etcd").toRealPath()).isEqualTo(assets.resolve("etcd"));
    assertThat(binaries.program("kube-controller-manager").toRealPath())
        .isEqualTo(rest.resolve("kube-controller-manager"));
    assertThat(said).anyMatch(line -> line.contains("without kube-controller-manager"));
  }

  @Test
  void saysOfEverySourceWhyItIsNone() throws IOException {
    Path empty = Files.createDirectories(directory.resolve("empty"));
    assertThatThrownBy(() -> from(directory.resolve("absent"), empty))
        .isInstanceOf(ControlPlaneException.class)
        .hasMessageContaining("absent: is not a directory")
        .hasMessageContaining("empty: has none of etcd")
        .hasMessageContaining("KUBEBUILDER_ASSETS");
  }

  private ControlPlaneBinaries from(Path... directories) {
    List<ControlPlaneBinaries.Source> sources = new ArrayList<>();
    for (Path each : directories) {
      sources.add(new AssetsDirectory(each));
    }
    return ControlPlaneBinaries.from(sources, directory.resolve("joined"), said::add);
  }

  private Path programs(String name, String... programs) throws IOException {
    Path folder = Files.createDirectories(directory.resolve(name));
    for (String program : programs) {
      Path file =
          Files.writeString(folder.resolve(program), "#!/bin/sh\necho Kubernetes v1.31.2\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return folder;
  }
}
