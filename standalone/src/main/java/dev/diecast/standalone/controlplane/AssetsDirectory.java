package dev.diecast.standalone.controlplane;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What {@code $KUBEBUILDER_ASSETS} names. envtest's archives lack kube-controller-manager. */
record AssetsDirectory(Path directory) implements ControlPlaneBinaries.Source {

  @Override
  public String name() {
    return ControlPlaneBinaries.ASSETS_VARIABLE + "=" + directory;
  }

  @Override
  public Map<String, Path> provide(List<String> wanted) {
    if (!Files.isDirectory(directory)) {
      throw new ControlPlaneException("is not a directory; unset it or mend it");
    }
    Map<String, Path> found =
        wanted.stream()
            .filter(program -> Files.isExecutable(directory.resolve(program)))
            .collect(Collectors.toMap(Function.identity(), directory::resolve));
    if (found.isEmpty()) {
      throw new ControlPlaneException("has none of " + String.join(", ", wanted));
    }
    return found;
  }
}
