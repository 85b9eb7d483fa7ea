package dev.diecast.operator.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilatedNodeSpec;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.TargetDisk;
import dev.diecast.api.v1alpha1.TargetMachine;
import dev.diecast.api.v1alpha1.VmSource;
import dev.diecast.operator.Fixtures;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualMachineOfTest {

  private static final String DILATION =
      "tsc_early_khz=7250000 tsc=reliable no-kvmclock nohpet acpi_pm=off no_timer_check";

  @Test
  void ofAnImage() {
    GenericKubernetesResource vm =
        VirtualMachineOf.desired(node(Fixtures.image(), Driver.GuestKernel));
    String mark =
        KubeVirt.textAt(vm, "spec", "template", "metadata", "annotations", BootMark.ANNOTATION)
            .orElseThrow();

    // The whole of it: a field more would be a field owned, and fought over.
    assertThat(tree(Serialization.asJson(vm)))
        .isEqualTo(
            tree(
                """
            ---
            apiVersion: "kubevirt.io/v1"
            kind: "VirtualMachine"
            metadata:
              labels:
                diecast.dev/model: "m"
                diecast.dev/group: "web"
                diecast.dev/index: "0"
              name: "m-web-0"
              namespace: "default"
              ownerReferences:
              - apiVersion: "diecast.dev/v1alpha1"
                blockOwnerDeletion: true
                controller: true
                kind: "DilatedNode"
                name: "m-web-0"
                uid: "5a2f"
            spec:
              runStrategy: "Always"
              instancetype:
                kind: "VirtualMachineClusterInstancetype"
                name: "small"
              template:
                spec:
                  domain:
                    devices:
                      autoattachGraphicsDevice: false
                      autoattachMemBalloon: false
                      autoattachPodInterface: false
                    firmware:
                      kernelBoot:
                        kernelArgs: "console=ttyS0 panic=-1 hostname=web-0 quiet mitigations=off random.trust_cpu=on cryptomgr.notests %s"
                        container:
                          image: "diecast/base:1"
                          kernelPath: "/boot/vmlinuz"
                          initrdPath: "/boot/initrd"
                      uuid: "5a2f"
                  evictionStrategy: "None"
                  nodeSelector:
                    kubernetes.io/hostname: "w1"
                metadata:
                  labels:
                    diecast.dev/model: "m"
                    diecast.dev/group: "web"
                    diecast.dev/index: "0"
                  annotations:
                    diecast.dev/time-dilation-factor: "5/2"
                    diecast.dev/model-clock-origin: "2026-11-22T10:00:00.000000Z"
                    diecast.dev/boot-mark: "%s"
            """
                    .formatted(DILATION, mark)));
  }

  @Test
  void ofATemplate() {
    GenericKubernetesResource vm =
        VirtualMachineOf.desired(
            node(
                Fixtures.template(
                    """
                    metadata:
                      labels: {mine: "1", empty: null}
                      annotations: {note: hello}
                    spec:
                      nodeSelector: {disk: ssd}
                      domain:
                        devices: {rng: {}}
                        firmware:
                          kernelBoot:
                            kernelArgs: "quiet "
                            container: {image: "x:1", kernelPath: /k, initrdPath: /i}
                    """),
                Driver.GuestKernel));

    assertThat(at(vm, "metadata", "labels").toString())
        .contains("mine=1", "diecast.dev/model=m")
        .doesNotContain("empty");
    assertThat(at(vm, "metadata", "annotations").toString())
        .contains("note=hello", "time-dilation-factor=5/2");
    assertThat(at(vm, "spec", "nodeSelector").toString())
        .contains("disk=ssd", "kubernetes.io/hostname=w1");
    assertThat(at(vm, "spec", "domain", "firmware", "kernelBoot", "kernelArgs"))
        .isEqualTo("quiet " + DILATION);
    assertThat(at(vm, "spec", "domain", "firmware", "uuid")).isEqualTo("5a2f");
    assertThat(at(vm, "spec", "domain", "cpu", "cores")).isEqualTo(2);
    assertThat(at(vm, "spec", "domain", "memory", "guest")).isEqualTo("128Mi");
    assertThat(KubeVirt.at(vm, "spec", "instancetype")).isEmpty();
  }

  /** T = 5/2: 2 vCPUs of speed 1 are 4/5 of a core, 3 s are 7.5 s. */
  @Test
  void whatJudgesTheGuestFromOutsideWaitsForIt() {
    GenericKubernetesResource vm =
        VirtualMachineOf.desired(
            node(
                Fixtures.template(
                    """
                    spec:
                      readinessProbe:
                        exec: {command: [cat, /tmp/healthy]}
                        initialDelaySeconds: 120
                        timeoutSeconds: 3
                        failureThreshold: 4
                      domain: {devices: {}}
                    """),
                Driver.HostModule));

    assertThat(at(vm, "spec", "readinessProbe").toString())
        .contains(
            "initialDelaySeconds=300",
            "timeoutSeconds=8",
            "periodSeconds=25",
            "failureThreshold=4");
    assertThat(at(vm, "spec", "terminationGracePeriodSeconds")).isEqualTo(75);
    assertThat(at(vm, "spec", "domain", "resources", "requests", "cpu")).isEqualTo("800m");
    assertThat(at(vm, "spec", "evictionStrategy")).isEqualTo("None");
  }

  @Test
  void quantitiesAreWrittenAsKubeVirtWritesThemBack() {
    GenericKubernetesResource vm =
        VirtualMachineOf.desired(
            withDisks(
                node(
                    Fixtures.template(
                        """
                        spec:
                          terminationGracePeriodSeconds: 10
                          tolerations: []
                          domain:
                            memory: {guest: 0.125Gi}
                            resources: {requests: {memory: 131072Ki, cpu: "0.5"}}
                            devices: {disks: [], rng: {}}
                        """),
                    Driver.HostModule),
                new TargetDisk(
                    "data", new Quantity("2048Mi"), null, null, null, null, null, null)));

    assertThat(at(vm, "spec", "domain", "memory", "guest")).isEqualTo("128Mi");
    assertThat(at(vm, "spec", "domain", "resources", "requests").toString())
        .isEqualTo("{memory=128Mi, cpu=500m}");
    assertThat(Serialization.asJson(at(vm, "spec", "volumes"))).contains("\"2Gi\"");
    assertThat(KubeVirt.at(vm, "spec", "template", "spec", "tolerations")).isEmpty();
    assertThat(at(vm, "spec", "domain", "devices", "rng").toString()).isEqualTo("{}");
    assertThat(at(vm, "spec", "terminationGracePeriodSeconds")).isEqualTo(25);
  }

  @Test
  void aTopologyOfTheUserIsKept() {
    GenericKubernetesResource vm =
        VirtualMachineOf.desired(
            node(
                Fixtures.template("{spec: {domain: {cpu: {sockets: 2}, devices: {}}}}"),
                Driver.HostModule));

    assertThat(at(vm, "spec", "domain", "cpu").toString()).isEqualTo("{sockets=2}");
    assertThat(KubeVirt.at(vm, "spec", "template", "spec", "domain", "firmware", "kernelBoot"))
        .isEmpty();
  }

  private static DilatedNode withDisks(DilatedNode node, TargetDisk... disks) {
    DilatedNodeSpec spec = node.getSpec();
    node.setSpec(
        new DilatedNodeSpec(
            spec.model(),
            spec.group(),
            spec.index(),
            spec.host(),
            spec.timeDilation(),
            spec.tscKilohertz(),
            spec.hostRelativeSpeed(),
            new TargetMachine(1, "1", new Quantity("128Mi"), null, List.of(disks)),
            spec.vm(),
            spec.network()));
    return node;
  }

  private static TargetDisk disk(String name, Long writeLatencyMicros) {
    return new TargetDisk(
        name, new Quantity("1Gi"), null, null, null, null, null, writeLatencyMicros);
  }

  @Test
  void disksOfTheMachineAreEmptyDisksThatTheGuestKnowsByName() {
    GenericKubernetesResource vm =
        VirtualMachineOf.desired(
            withDisks(
                node(Fixtures.image(), Driver.GuestKernel),
                disk("data", null),
                disk("a-name-of-more-than-20-bytes", 800L)));

    assertThat(Serialization.asJson(at(vm, "spec", "volumes")))
        .contains("\"emptyDisk\":{\"capacity\":\"1Gi\"}", "\"name\":\"data\"");
    assertThat(Serialization.asJson(at(vm, "spec", "domain", "devices", "disks")))
        .contains("\"bus\":\"virtio\"", "\"name\":\"data\"")
        .containsOnlyOnce("\"serial\"")
        .contains("\"serial\":\"data\"");
    assertThat(at(vm, "metadata", "annotations").toString())
        .contains("diecast.dev/disk-latencies=a-name-of-more-than-20-bytes=0/800");
  }

  @Test
  void aTemplateKeepsTheDisksItHasAndGetsThoseItLacks() {
    String template =
        "{spec: {domain: {devices: {disks: [{name: data, disk: {bus: virtio}}]}},"
            + " volumes: [{name: data, persistentVolumeClaim: {claimName: c}}]}}";
    GenericKubernetesResource vm =
        VirtualMachineOf.desired(
            withDisks(
                node(Fixtures.template(template), Driver.HostModule),
                disk("data", null),
                disk("log", null)));

    assertThat(Serialization.asJson(at(vm, "spec", "volumes")))
        .contains("\"claimName\":\"c\"", "\"name\":\"log\"")
        .containsOnlyOnce("\"name\":\"data\"")
        .containsOnlyOnce("\"emptyDisk\"");
    assertThat(Serialization.asJson(at(vm, "spec", "domain", "devices", "disks")))
        .contains("\"name\":\"data\"", "\"name\":\"log\"")
        .containsOnlyOnce("\"serial\":\"log\"");
  }

  @Test
  void theMarkTellsSpecsApart() {
    GenericKubernetesResource vm =
        VirtualMachineOf.desired(node(Fixtures.image(), Driver.GuestKernel));
    GenericKubernetesResource same =
        VirtualMachineOf.desired(node(Fixtures.image(), Driver.GuestKernel));
    GenericKubernetesResource other =
        VirtualMachineOf.desired(node(Fixtures.image(), Driver.HostModule));

    assertThat(BootMark.differs(vm, instanceOf(same))).isFalse();
    assertThat(BootMark.differs(vm, instanceOf(other))).isTrue();
    assertThat(BootMark.difference(vm, instanceOf(other))).contains("kernel arguments changed");
  }

  @Test
  void anotherTIsNoOtherBootWhereTheHostsModuleChangesIt() {
    assertThat(restartsForT(Driver.HostModule)).isFalse();
    assertThat(restartsForT(Driver.GuestKernel)).isTrue();
    assertThat(restartsForT(Driver.HostModule, disk("data", 800L)))
        .as("a latency floor is of one T until its disk is served anew")
        .isTrue();
    assertThat(restartsForT(Driver.HostModule, disk("data", null))).isFalse();
    assertThat(
            restartsForT(
                Fixtures.template(
                    "{spec: {readinessProbe: {periodSeconds: 5}, domain: {devices: {}}}}"),
                Driver.HostModule))
        .as("timeouts and CPU requests of its T are for the next boot")
        .isFalse();
  }

  private static boolean restartsForT(Driver driver, TargetDisk... disks) {
    return restartsForT(Fixtures.image(), driver, disks);
  }

  private static boolean restartsForT(VmSource vmSource, Driver driver, TargetDisk... disks) {
    DilatedNode before = withDisks(node(vmSource, driver), disks);
    DilatedNode after = withDisks(node(vmSource, driver), disks);
    DilatedNodeSpec spec = after.getSpec();
    after.setSpec(
        new DilatedNodeSpec(
            spec.model(),
            spec.group(),
            spec.index(),
            spec.host(),
            new EffectiveDilation(
                "10", driver, "2026-11-22T11:00:00.000000Z", "2026-11-22T10:24:00.000000Z"),
            spec.tscKilohertz(),
            spec.hostRelativeSpeed(),
            spec.machine(),
            spec.vm(),
            spec.network()));
    GenericKubernetesResource vm = VirtualMachineOf.desired(after);
    assertThat(at(vm, "metadata", "annotations").toString())
        .contains(
            "time-dilation-factor=10",
            "model-clock-origin=2026-11-22T11:00:00.000000Z",
            "model-time-at-origin=2026-11-22T10:24:00.000000Z");
    return BootMark.differs(vm, instanceOf(VirtualMachineOf.desired(before)));
  }

  @Test
  void aTemplateWithoutKernelCannotBeDilatedByItsKernel() {
    DilatedNode node = node(Fixtures.template("{spec: {domain: {}}}"), Driver.GuestKernel);
    assertThatThrownBy(() -> VirtualMachineOf.desired(node))
        .hasMessageContaining("kernelBoot")
        .isInstanceOf(IllegalStateException.class);
  }

  static GenericKubernetesResource instanceOf(GenericKubernetesResource vm) {
    GenericKubernetesResource instance =
        Serialization.clone(
            Serialization.unmarshal(Serialization.asJson(at(vm)), GenericKubernetesResource.class));
    instance.setKind("VirtualMachineInstance");
    return instance;
  }

  private static Object at(GenericKubernetesResource vm, String... path) {
    String[] whole = new String[path.length + 2];
    whole[0] = "spec";
    whole[1] = "template";
    System.arraycopy(path, 0, whole, 2, path.length);
    return KubeVirt.at(vm, whole).orElseThrow();
  }

  private static JsonNode tree(String text) {
    return Serialization.unmarshal(text, JsonNode.class);
  }

  private static DilatedNode node(VmSource vm, Driver driver) {
    DilatedNode node = new DilatedNode();
    node.setMetadata(
        new ObjectMetaBuilder()
            .withName("m-web-0")
            .withNamespace("default")
            .withUid("5a2f")
            .build());
    node.setSpec(
        new DilatedNodeSpec(
            "m",
            "web",
            0,
            "w1",
            new EffectiveDilation("5/2", driver, "2026-11-22T10:00:00.000000Z"),
            2_900_000L,
            null,
            Fixtures.machine(2, "1", "128Mi"),
            vm,
            null));
    return node;
  }
}
