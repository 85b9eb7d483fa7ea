package dev.diecast.standalone.virt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SupportedFieldsTest {

  private static final String ROOT = "spec.template.spec";

  @Test
  void takesWhatTheOperatorWrites() {
    ObjectNode machine = Trees.machine();
    assertThat(SupportedFields.ofMachine(machine.path("spec"))).isEmpty();
    assertThat(SupportedFields.ofTemplate(ROOT, Trees.templateSpec(machine))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "domain: {tpm: x}                              | spec.template.spec.domain.tpm",
        "hostname: a                                   | spec.template.spec.hostname",
        "domain: {devices: {gpus: [{name: a}]}}        | spec.template.spec.domain.devices.gpus",
        "domain: {cpu: {cores: 0}}                     | spec.template.spec.domain.cpu.cores",
        "domain: {cpu: {dedicatedCpuPlacement: true}}"
            + " | spec.template.spec.domain.cpu.dedicatedCpuPlacement",
        "domain: {memory: {guest: lots}}               | spec.template.spec.domain.memory.guest",
        "domain: {memory: {guest: '0'}}                | spec.template.spec.domain.memory.guest",
        "domain: {machine: {type: pc}}                 | spec.template.spec.domain.machine.type",
        "domain: {resources: {limits: {cpu: 1}}}" + " | spec.template.spec.domain.resources.limits",
        "domain: {devices: {autoattachGraphicsDevice: true}}"
            + " | spec.template.spec.domain.devices.autoattachGraphicsDevice",
        "domain: {devices: {disks: [{name: d, cdrom: {}}]}}"
            + " | spec.template.spec.domain.devices.disks[0].cdrom",
        "volumes: [{name: a, persistentVolumeClaim: {claimName: b}}]"
            + " | spec.template.spec.volumes[0].persistentVolumeClaim",
        "networks: [{name: a, multus: {networkName: b}}] | spec.template.spec.networks[0].multus",
        "domain: {devices: {interfaces: [{name: a, masquerade: {}, macAddress: 02:dc:0a}]}}"
            + " | spec.template.spec.domain.devices.interfaces[0].macAddress",
        "domain: {devices: {interfaces: [{name: a, masquerade: {}, macAddress: '03:00:00:00:00:01'}]}}"
            + " | spec.template.spec.domain.devices.interfaces[0].macAddress",
        "domain: {firmware: {bootloader: {efi: {}}}}"
            + " | spec.template.spec.domain.firmware.bootloader",
        "livenessProbe: {}                             | spec.template.spec.livenessProbe",
      })
  void refusesByName(String yaml, String path) {
    List<Refusal> refusals = SupportedFields.ofTemplate(ROOT, Trees.yaml(yaml));
    assertThat(refusals).extracting(Refusal::path).containsExactly(path);
    assertThat(refusals.getFirst().mend()).isNotBlank();
  }

  @Test
  void refusesDisksWithoutVolumesAndInterfacesWithoutNetworks() {
    ObjectNode spec =
        Trees.yaml(
            """
            domain:
              devices:
                disks: [{name: gone, disk: {bus: virtio}}]
                interfaces: [{name: gone, masquerade: {}}]
            """);
    assertThat(SupportedFields.ofTemplate(ROOT, spec))
        .extracting(Refusal::path)
        .containsExactly(
            ROOT + ".domain.devices.disks[0].name", ROOT + ".domain.devices.interfaces[0].name");
  }

  @Test
  void takesTheInterfaceOfTheModelsNetworkOnce() {
    ObjectNode spec =
        Trees.yaml(
            """
            domain:
              devices:
                interfaces: [{name: diecast, masquerade: {}, macAddress: "02:dc:0a:40:01:03"}]
            networks: [{name: diecast, pod: {}}]
            """);
    assertThat(SupportedFields.ofTemplate(ROOT, spec)).isEmpty();
    ((ArrayNode) spec.at("/domain/devices/interfaces"))
        .addAll(List.of(Trees.yaml("{name: diecast, masquerade: {}}")));
    assertThat(SupportedFields.ofTemplate(ROOT, spec))
        .extracting(Refusal::path)
        .containsExactly(ROOT + ".domain.devices.interfaces[1].name");
  }

  @Test
  void refusesFieldsOfTheMachineItself() {
    assertThat(
            SupportedFields.ofMachine(
                Trees.yaml("{runStrategy: WaitAsReceiver, dataVolumeTemplates: [{}]}")))
        .extracting(Refusal::path)
        .containsExactly("spec.runStrategy", "spec.dataVolumeTemplates");
  }
}
