package dev.diecast.standalone.virt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/** YAML of tests as JSON trees. */
final class Trees {

  private static final YAMLMapper YAML = new YAMLMapper();

  private Trees() {}

  static ObjectNode yaml(String text) {
    try {
      return (ObjectNode) YAML.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A machine as the operator writes them, with more under {@code spec.template.spec}. */
  static ObjectNode machine() {
    return yaml(
        """
        apiVersion: kubevirt.io/v1
        kind: VirtualMachine
        metadata:
          name: web-0
          namespace: default
          uid: 0d3c0a9e-0000-4000-8000-000000000001
          generation: 3
          finalizers: [kubevirt.io/virtualMachineControllerFinalize]
        spec:
          runStrategy: Always
          template:
            metadata:
              labels: {app: web}
              annotations: {diecast.dev/time-dilation-factor: "10"}
            spec:
              nodeSelector: {kubernetes.io/hostname: n1}
              domain:
                cpu: {cores: 2}
                memory: {guest: 128Mi}
                firmware:
                  uuid: 11111111-2222-3333-4444-555555555555
                  kernelBoot:
                    kernelArgs: console=ttyS0
                    container:
                      image: k:1
                      kernelPath: /boot/vmlinuz
                      initrdPath: /boot/initrd
                devices:
                  autoattachGraphicsDevice: false
                  autoattachMemBalloon: false
                  autoattachPodInterface: false
                  disks:
                  - name: data
                    disk: {bus: virtio}
              volumes:
              - name: data
                emptyDisk: {capacity: 1Gi}
        """);
  }

  static ObjectNode templateSpec(ObjectNode machine) {
    return (ObjectNode) machine.at("/spec/template/spec");
  }
}
