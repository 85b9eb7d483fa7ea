package dev.diecast.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Model files for tests: one good one, and changes to it. */
final class Models {
  private Models() {}

  static final String GOOD =
      """
      apiVersion: instancetype.kubevirt.io/v1beta1
      kind: VirtualMachineClusterInstancetype
      metadata:
        name: e2e-small
      spec:
        cpu:
          guest: 1
        memory:
          guest: 128Mi
      ---
      apiVersion: diecast.dev/v1alpha1
      kind: ScaleModel
      metadata:
        name: life
      spec:
        timeDilation:
          factor: "10"
        groups:
        - name: web
          replicas: 6
          machine:
            cpus: 1
            memory: 128Mi
          vm:
            instancetype:
              name: e2e-small
            image: diecast.dev/guests/base:bookworm
      """;

  static Path file(Path directory, String content) throws IOException {
    return Files.writeString(directory.resolve("model.yaml"), content);
  }
}
