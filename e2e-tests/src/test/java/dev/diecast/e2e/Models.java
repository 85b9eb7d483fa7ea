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

  private static final String TWO_SIDES =
      """
      apiVersion: instancetype.kubevirt.io/v1beta1
      kind: VirtualMachineClusterInstancetype
      metadata: {name: %1$s-1cpu}
      spec: {cpu: {guest: 1}, memory: {guest: 128Mi}}
      ---
      apiVersion: diecast.dev/v1alpha1
      kind: ScaleModel
      metadata: {name: %1$s}
      spec:
        timeDilation: {factor: "10"}
        groups:
        - name: a
          replicas: 2
          machine: {cpus: 1, memory: 128Mi}
          vm: {instancetype: {name: %1$s-1cpu}, image: "diecast.dev/guests/base:bookworm"}
        - name: b
          replicas: %2$d
          machine: {cpus: 1, memory: 128Mi}
          vm: {instancetype: {name: %1$s-1cpu}, image: "diecast.dev/guests/base:bookworm"}
        network:
          topology:
            links:
            - {from: left, to: right, bitsPerSecond: 2M, delayMicros: 10000}
          accessLink: {bitsPerSecond: 100M, delayMicros: 0}
          attachments:
          - {group: a, nodes: [left]}
          - {group: b, nodes: [right]}
      """;

  /**
   * Two nodes a-0 and a-1, and some of b, at T = 10 on both sides of one link of 2 Mbit/s and 10
   * ms.
   */
  static String twoSides(String name, int replicasOfB) {
    return TWO_SIDES.formatted(name, replicasOfB);
  }

  static Path file(Path directory, String content) throws IOException {
    return Files.writeString(directory.resolve("model.yaml"), content);
  }
}
