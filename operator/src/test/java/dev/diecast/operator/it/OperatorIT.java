package dev.diecast.operator.it;

import static dev.diecast.operator.Fixtures.group;
import static dev.diecast.operator.Fixtures.machine;
import static dev.diecast.operator.Fixtures.model;
import static dev.diecast.operator.Fixtures.template;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.InstancetypeReference;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.PreferenceReference;
import dev.diecast.api.v1alpha1.TargetMachine;
import dev.diecast.api.v1alpha1.VmSource;
import dev.diecast.operator.Fixtures;
import dev.diecast.operator.vm.KubeVirt;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The packaged operator against a real API server: every condition, refusal and change. */
@ExtendWith(ApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperatorIT {

  private static final String[] ALL_WELL = {
    "Capped=True/Capped", "Dilated=True/Dilated", "Faithful=True/Faithful"
  };

  private ApiServer.Running api;
  private OperatorProcess operator;
  private Cluster cluster;

  @BeforeAll
  void installAfterTheOperator(ApiServer.Running running) throws IOException {
    api = running;
    operator = start();
    Awaitility.await("the operator says what it waits for")
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptions()
        .until(() -> operator.health().body().contains("scalemodels.diecast.dev/v1alpha1"));
    operator.awaitLog("waiting for the CRDs of");
    api.applyDefinitions();
    operator.awaitReady();
  }

  private OperatorProcess start() throws IOException {
    return OperatorProcess.start(api, OperatorProcess.RESYNCHRONISED);
  }

  @AfterAll
  void stopOperator() {
    if (operator != null) {
      operator.close();
    }
  }

  @BeforeEach
  void namespace(TestInfo test) {
    String name = test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT);
    cluster = Cluster.create(api.client(), name);
    cluster.instancetype("small", 1, "128Mi");
  }

  @Test
  void fromNothingToFaithful() {
    cluster.host("faithful-w1", "2", "8Gi");
    cluster.apply(model("m", "10", group("web", 2), group("db", 1)));
    cluster.await("m", "Placed", "True/Placed");
    cluster.await("m", "Provisioned", "False/Provisioning");
    assertThat(cluster.condition("m", "Accepted")).isEqualTo("True/Valid");
    assertThat(cluster.condition("m", "Ready")).isEqualTo("False/Provisioning");
    assertThat(cluster.condition("m", "Faithful")).isEqualTo("Unknown/Measuring");
    cluster.awaitThat("3 VMs", c -> c.machines().size() == 3);

    for (String phase : List.of("Pending", "Scheduling", "Scheduled")) {
      cluster.virtControllerStep(phase);
      cluster.await("m", "Provisioned", "False/Provisioning");
    }
    cluster.virtControllerStep("Running");
    cluster.await("m", "Provisioned", "True/Provisioned");
    cluster.await("m", "Ready", "False/Waiting");

    cluster.daemonReports("Capped=False/CgroupNotWritable");
    cluster.await("m", "Dilated", "False/CgroupNotWritable");
    cluster.daemonReports(
        "Capped=True/Capped", "Dilated=Unknown/Measuring", "Faithful=Unknown/Measuring");
    cluster.await("m", "Dilated", "False/Waiting");
    cluster.daemonReports(ALL_WELL);
    cluster.await("m", "Ready", "True/Ready");
    cluster.await("m", "Faithful", "True/Faithful");
    cluster.daemonReports(
        "Capped=True/Capped", "Dilated=True/Dilated", "Faithful=False/CpuStarved");
    cluster.await("m", "Faithful", "False/CpuStarved");
    cluster.await("m", "Ready", "True/Ready");

    // Both writers' conditions are there: neither has taken the other's.
    assertThat(cluster.nodes().getFirst().getStatus().conditions())
        .extracting(condition -> condition.getType())
        .containsExactlyInAnyOrder("Provisioned", "Capped", "Dilated", "Faithful");
    for (String reason : List.of("Accepted", "Placed", "Provisioned", "Ready")) {
      assertThat(cluster.events(reason)).as(reason).hasSize(1);
    }
  }

  @Test
  void aSettledModelIsNotWrittenAgain() throws IOException {
    cluster.host("settled-w1", "2", "8Gi");
    NodeGroup byTemplate =
        new NodeGroup(
            "db",
            1,
            machine(2, "1/2", "256Mi"),
            template(
                """
                metadata: {labels: {mine: "yes"}, annotations: {}}
                spec:
                  terminationGracePeriodSeconds: 0
                  tolerations: []
                  domain:
                    resources: {requests: {memory: 0.25Gi}}
                    devices: {rng: {}, disks: [], interfaces: []}
                    firmware:
                      kernelBoot:
                        kernelArgs: console=ttyS0
                        container: {image: "x:1", kernelPath: /k, initrdPath: /i}
                """));
    cluster.apply(model("settled", "10", group("web", 3), byTemplate));
    cluster.await("settled", "Placed", "True/Placed");
    cluster.awaitThat("4 VMs", c -> c.machines().size() == 4);
    webhooksMutate();
    cluster.virtControllerStep("Running");
    cluster.daemonReports(ALL_WELL);
    cluster.await("settled", "Ready", "True/Ready");
    cluster.await("settled", "Faithful", "True/Faithful");

    Map<String, String> versions = versions("settled");
    long writes = cluster.writes();
    assertThat(writes).isPositive();
    long reconciliations = reconciliations("settled-web-0");
    Awaitility.await("several forced reconciliations")
        .atMost(Duration.ofMinutes(1))
        .until(() -> reconciliations("settled-web-0") >= reconciliations + 4);

    assertThat(versions("settled")).isEqualTo(versions);
    assertThat(cluster.writes()).isEqualTo(writes);
    assertThat(cluster.events("Restarting")).isEmpty();
  }

  private long reconciliations(String node) throws IOException {
    return operator
        .log()
        .lines()
        .filter(line -> line.contains("DEBUG Reconciling") && line.contains(node))
        .count();
  }

  /** What KubeVirt's webhooks and controllers add to a VM that somebody applied. */
  private void webhooksMutate() {
    for (GenericKubernetesResource vm : cluster.machines()) {
      api.client()
          .genericKubernetesResources(KubeVirt.virtualMachines())
          .inNamespace(vm.getMetadata().getNamespace())
          .withName(vm.getMetadata().getName())
          .edit(
              there -> {
                there
                    .getMetadata()
                    .getFinalizers()
                    .add("kubevirt.io/virtualMachineControllerFinalize");
                there
                    .getMetadata()
                    .setAnnotations(Map.of("kubevirt.io/latest-observed-api-version", "v1"));
                Map<String, Object> domain =
                    map(KubeVirt.at(there, "spec", "template", "spec", "domain"));
                domain.put("machine", Map.of("type", "q35"));
                map(KubeVirt.at(there, "spec", "template", "spec")).put("architecture", "amd64");
                return there;
              });
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(java.util.Optional<Object> value) {
    return (Map<String, Object>) value.orElseThrow();
  }

  @Test
  void scalesDownAndUpWithoutMovingAnybody() {
    cluster.host("scales-w1", "2", "8Gi");
    cluster.host("scales-w2", "2", "8Gi");
    cluster.apply(model("m", "10", group("web", 6)));
    cluster.await("m", "Placed", "True/Placed");
    cluster.awaitThat("6 VMs", c -> c.machines().size() == 6);
    cluster.virtControllerStep("Running");
    cluster.await("m", "Provisioned", "True/Provisioned");
    Map<String, String> uids = uids(cluster.nodes());
    EffectiveDilation dilation = cluster.model("m").getStatus().timeDilation();

    cluster.apply(model("m", "10", group("web", 2)));
    cluster.awaitThat("2 nodes", c -> c.nodes().size() == 2 && c.machines().size() == 2);
    cluster.await("m", "Provisioned", "True/Provisioned");
    assertThat(uids).containsAllEntriesOf(uids(cluster.nodes()));
    cluster.awaitThat("2 instances", c -> c.instances().size() == 2);

    cluster.apply(model("m", "10", group("web", 5)));
    cluster.awaitThat("5 VMs", c -> c.machines().size() == 5);
    cluster.virtControllerStep("Running");
    cluster.await("m", "Provisioned", "True/Provisioned");
    assertThat(cluster.model("m").getStatus().counts().nodes()).isEqualTo(5);
    assertThat(uids(cluster.nodes()))
        .containsEntry("m-web-0", uids.get("m-web-0"))
        .containsEntry("m-web-1", uids.get("m-web-1"));
    assertThat(cluster.model("m").getStatus().timeDilation()).isEqualTo(dilation);
    assertThat(cluster.events("Restarting")).isEmpty();
  }

  @Test
  void anotherFactorRestartsTheGuests() {
    cluster.host("factor-w1", "2", "8Gi");
    cluster.apply(model("m", "10", group("web", 2)));
    cluster.await("m", "Placed", "True/Placed");
    cluster.awaitThat("2 VMs", c -> c.machines().size() == 2);
    cluster.virtControllerStep("Running");
    cluster.daemonReports(ALL_WELL);
    cluster.await("m", "Ready", "True/Ready");
    List<String> before = uids(cluster.instances()).values().stream().toList();
    String origin = cluster.model("m").getStatus().timeDilation().modelClockOrigin();

    cluster.apply(model("m", "5/2", group("web", 2)));
    cluster.awaitThat("old guests are gone", c -> c.instances().isEmpty());
    cluster.await("m", "Ready", "False/Provisioning");
    cluster.virtControllerStep("Running");
    cluster.await("m", "Provisioned", "True/Provisioned");
    // What the daemon said of T = 10 does not count for T = 5/2.
    cluster.await("m", "Dilated", "False/Waiting");

    assertThat(uids(cluster.instances()).values()).doesNotContainAnyElementsOf(before);
    EffectiveDilation now = cluster.model("m").getStatus().timeDilation();
    assertThat(now.factor()).isEqualTo("5/2");
    assertThat(now.modelClockOrigin()).isGreaterThan(origin);
    assertThat(cluster.instances())
        .allSatisfy(
            instance -> {
              assertThat(
                      KubeVirt.textAt(
                          instance, "spec", "domain", "firmware", "kernelBoot", "kernelArgs"))
                  .get()
                  .asString()
                  .contains("tsc_early_khz=7250000 ");
              assertThat(instance.getMetadata().getAnnotations())
                  .containsEntry("diecast.dev/model-clock-origin", now.modelClockOrigin());
            });
    // One for the model, one for each guest.
    assertThat(cluster.events("Restarting")).hasSize(3);
  }

  @Test
  void anotherFactorReachesGuestsThatRunOnWhereTheModuleDilatesThem() {
    cluster.moduleHost("runson-w1", "2", "8Gi");
    NodeGroup ownBoot =
        new NodeGroup(
            "web", 2, machine(1, "1", "128Mi"), template("{spec: {domain: {devices: {}}}}"));
    cluster.apply(model("m", "10", ownBoot));
    cluster.await("m", "Placed", "True/Placed");
    assertThat(cluster.model("m").getStatus().timeDilation().driver()).isEqualTo(Driver.HostModule);
    cluster.awaitThat("2 VMs", c -> c.machines().size() == 2);
    cluster.virtControllerStep("Running");
    cluster.daemonReports(ALL_WELL);
    cluster.await("m", "Ready", "True/Ready");
    Map<String, String> before = uids(cluster.instances());
    EffectiveDilation ten = cluster.model("m").getStatus().timeDilation();

    cluster.apply(model("m", "5/2", ownBoot));
    cluster.awaitThat(
        "T is with the daemons",
        c ->
            c.nodes().stream()
                .allMatch(node -> node.getSpec().timeDilation().factor().equals("5/2")));
    // What the daemon said of T = 10 does not count for T = 5/2.
    cluster.await("m", "Dilated", "False/Waiting");
    cluster.daemonReports(ALL_WELL);
    cluster.await("m", "Ready", "True/Ready");

    assertThat(uids(cluster.instances())).isEqualTo(before);
    EffectiveDilation now = cluster.model("m").getStatus().timeDilation();
    assertThat(now.modelClock().start())
        .isEqualTo(ten.modelClock().modelTime(now.origin()).truncatedTo(ChronoUnit.MICROS));
    assertThat(cluster.events("Restarting")).isEmpty();
    assertThat(cluster.events("DilationChanging")).hasSize(1);
    cluster.awaitThat(
        "who boots a guest anew knows its T",
        c ->
            c.machines().stream()
                .allMatch(
                    vm ->
                        KubeVirt.textAt(
                                vm,
                                "spec",
                                "template",
                                "metadata",
                                "annotations",
                                "diecast.dev/time-dilation-factor")
                            .filter("5/2"::equals)
                            .isPresent()));
  }

  @Test
  void aGuestThatBootsByItselfNeedsAHostWithTheModule() {
    cluster.host("ownboot-w1", "2", "8Gi");
    cluster.apply(
        model(
            "m",
            "10",
            new NodeGroup(
                "web", 1, machine(1, "1", "128Mi"), template("{spec: {domain: {devices: {}}}}"))));
    cluster.await("m", "Placed", "False/NoDriver");
    assertThat(cluster.message("m", "Placed"))
        .contains("kernelBoot", "group web", "HostModule: ownboot-w1 (no module)");
    assertThat(cluster.nodes()).isEmpty();
  }

  @Test
  void deletionCascades() {
    cluster.host("deletion-w1", "2", "8Gi");
    cluster.apply(model("m", "10", group("web", 2)));
    cluster.awaitThat("2 VMs", c -> c.machines().size() == 2);
    cluster.virtControllerStep("Running");
    cluster.await("m", "Provisioned", "True/Provisioned");

    cluster.delete("m");
    cluster.awaitThat(
        "nothing is left",
        c -> c.nodes().isEmpty() && c.machines().isEmpty() && c.instances().isEmpty());

    // The name is free again at once.
    cluster.apply(model("m", "10", group("web", 1)));
    cluster.await("m", "Placed", "True/Placed");
    cluster.delete("m");
    cluster.apply(model("m", "10", group("web", 1)));
    cluster.await("m", "Placed", "True/Placed");
    cluster.awaitThat("the new node", c -> c.nodes().size() == 1);
    assertThat(cluster.events("Refused")).isEmpty();
  }

  @Test
  void whatIsTakenAwayComesBack() {
    cluster.host("taken-w1", "2", "8Gi");
    cluster.apply(model("m", "10", group("web", 2)));
    cluster.awaitThat("2 VMs", c -> c.machines().size() == 2);
    Map<String, String> machines = uids(cluster.machines());

    cluster.editNode(
        "m-web-0",
        node -> {
          node.getMetadata().getLabels().clear();
          return node;
        });
    cluster.awaitThat(
        "labels are back",
        c ->
            c.nodes().stream()
                .allMatch(
                    n ->
                        n.getMetadata().getLabels() != null
                            && n.getMetadata().getLabels().size() == 4));
    api.client()
        .genericKubernetesResources(KubeVirt.virtualMachines())
        .inNamespace(cluster.model("m").getMetadata().getNamespace())
        .withName("m-web-1")
        .delete();
    cluster.awaitThat(
        "the VM is back",
        c ->
            c.machines().size() == 2
                && !uids(c.machines()).get("m-web-1").equals(machines.get("m-web-1")));
  }

  @Test
  void twoModelsThatDoNotFitTogether() {
    cluster.host("two-w1", "1", "8Gi");
    cluster.apply(model("a", "2", group("web", 2)));
    cluster.apply(model("b", "2", group("web", 2)));
    cluster.awaitThat(
        "one is placed, one is not",
        c ->
            Stream.of("a", "b")
                .map(name -> c.condition(name, "Placed"))
                .sorted()
                .toList()
                .equals(List.of("False/DoesNotFit", "True/Placed")));
    String placed = cluster.condition("a", "Placed").equals("True/Placed") ? "a" : "b";
    String refused = placed.equals("a") ? "b" : "a";
    assertThat(cluster.condition(refused, "Accepted")).isEqualTo("True/Valid");
    assertThat(cluster.condition(refused, "Ready")).isEqualTo("False/DoesNotFit");
    assertThat(cluster.message(refused, "Placed"))
        .contains("cpu", "other models hold 1 core of cpu");
    assertThat(cluster.nodes())
        .hasSize(2)
        .allSatisfy(node -> assertThat(node.getSpec().model()).isEqualTo(placed));
    assertThat(cluster.events("DoesNotFit")).hasSize(1);

    cluster.delete(placed);
    cluster.await(refused, "Placed", "True/Placed");
  }

  @Test
  void anInvalidEditLeavesTheRunningModelAlone() {
    cluster.host("edit-w1", "2", "8Gi");
    cluster.apply(model("m", "10", group("web", 1)));
    cluster.awaitThat("1 VM", c -> c.machines().size() == 1);
    cluster.virtControllerStep("Running");
    cluster.daemonReports(ALL_WELL);
    cluster.await("m", "Ready", "True/Ready");
    Map<String, String> before = new TreeMap<>(uids(cluster.instances()));

    for (String factor : List.of("0", "1/2", "abc", "1/0", "1e9", "1001")) {
      cluster.apply(model("m", factor, group("web", 1)));
      cluster.await("m", "Accepted", "False/Invalid");
      assertThat(cluster.message("m", "Accepted")).contains("spec.timeDilation.factor");
      assertThat(cluster.condition("m", "Ready")).isEqualTo("False/Invalid");
      assertThat(cluster.condition("m", "Placed")).isEqualTo("True/Placed");
    }
    assertThat(cluster.nodes().getFirst().getSpec().timeDilation().factor()).isEqualTo("10");
    assertThat(uids(cluster.instances())).isEqualTo(before);

    cluster.apply(model("m", "10", group("web", 1)));
    cluster.await("m", "Ready", "True/Ready");
    assertThat(uids(cluster.instances())).isEqualTo(before);
    assertThat(cluster.events("Refused")).hasSize(6);
  }

  @Test
  void anEditThatDoesNotFitLeavesTheRunningModelAlone() {
    cluster.host("unfit-w1", "1", "8Gi");
    cluster.apply(model("m", "2", group("web", 2)));
    cluster.await("m", "Placed", "True/Placed");
    cluster.apply(model("m", "2", group("web", 3)));
    cluster.await("m", "Placed", "False/DoesNotFit");

    assertThat(cluster.message("m", "Placed")).contains("cpu", "T = 3 would do");
    assertThat(cluster.nodes()).hasSize(2);
    assertThat(cluster.model("m").getStatus().timeDilation().factor()).isEqualTo("2");
  }

  @Test
  void refusesWhatCannotBePlaced() {
    cluster.apply(model("m", "10", group("web", 1)));
    cluster.await("m", "Placed", "False/NoHosts");
    cluster.host("refused-w1", "1", "256Mi");
    cluster.await("m", "Placed", "True/Placed");

    NodeGroup huge = new NodeGroup("huge", 1, machine(1, "1", "1Gi"), template(KERNEL_TEMPLATE));
    cluster.apply(model("huge", "10", huge));
    cluster.await("huge", "Placed", "False/DoesNotFit");
    assertThat(cluster.message("huge", "Placed")).contains("memory", "missing", "no T would do");

    cluster.apply(
        model(
            "driver",
            new dev.diecast.api.v1alpha1.TimeDilation(
                "10", "100", dev.diecast.api.v1alpha1.DriverChoice.HostModule),
            group("web", 1)));
    cluster.await("driver", "Placed", "False/NoDriver");
    assertThat(cluster.message("driver", "Placed")).contains("refused-w1", "no module");
    assertThat(cluster.nodes()).hasSize(1);
    for (String reason : List.of("NoHosts", "NoDriver", "DoesNotFit")) {
      assertThat(cluster.events(reason)).as(reason).hasSize(1);
    }
  }

  @Test
  void refusesUnknownInstancetypes() {
    cluster.host("types-w1", "2", "8Gi");
    cluster.apply(model("m", "10", instancetypeGroup("nosuch", null, machine(1, "1", "128Mi"))));
    cluster.await("m", "Accepted", "False/UnknownInstancetype");
    assertThat(cluster.message("m", "Accepted"))
        .contains("spec.groups[0].vm.instancetype", "VirtualMachineClusterInstancetype nosuch");

    cluster.apply(model("m", "10", instancetypeGroup("small", "nosuch", machine(1, "1", "128Mi"))));
    cluster.await("m", "Accepted", "False/UnknownInstancetype");
    assertThat(cluster.message("m", "Accepted")).contains("spec.groups[0].vm.preference");

    cluster.apply(model("m", "10", instancetypeGroup("small", null, machine(2, "1", "128Mi"))));
    cluster.await("m", "Accepted", "False/UnknownInstancetype");
    assertThat(cluster.message("m", "Accepted")).contains("spec.groups[0].machine.cpus: is 2");

    cluster.apply(model("m", "10", instancetypeGroup("small", null, machine(1, "1", "256Mi"))));
    cluster.await("m", "Accepted", "False/UnknownInstancetype");
    assertThat(cluster.message("m", "Accepted")).contains("spec.groups[0].machine.memory");
    assertThat(cluster.nodes()).isEmpty();

    // An instancetype that comes later is found without an edit.
    cluster.apply(model("later", "10", instancetypeGroup("later", null, machine(1, "1", "128Mi"))));
    cluster.await("later", "Accepted", "False/UnknownInstancetype");
    cluster.instancetype("later", 1, "0.125Gi");
    cluster.await("later", "Placed", "True/Placed");
  }

  @Test
  void refusesANameThatIsTaken() {
    cluster.host("name-w1", "2", "8Gi");
    cluster.apply(model("a", "10", group("b-web", 1)));
    cluster.await("a", "Placed", "True/Placed");
    cluster.apply(model("a-b", "10", group("web", 1)));
    cluster.await("a-b", "Accepted", "False/NameConflict");
    assertThat(cluster.message("a-b", "Accepted")).contains("a-b-web-0", "ScaleModel a");
    assertThat(cluster.nodes().getFirst().getSpec().model()).isEqualTo("a");
  }

  @Test
  void aVirtualMachineOfSomebodyElseIsNotTouched() {
    cluster.host("foreign-w1", "2", "8Gi");
    GenericKubernetesResource foreign = new GenericKubernetesResource();
    foreign.setApiVersion("kubevirt.io/v1");
    foreign.setKind("VirtualMachine");
    foreign.setMetadata(new ObjectMetaBuilder().withName("m-web-0").build());
    foreign.setAdditionalProperty(
        "spec",
        Map.of(
            "runStrategy",
            "Halted",
            "template",
            Map.of("spec", Map.of("domain", Map.of("devices", Map.of())))));
    String version =
        cluster.create(foreign, KubeVirt.virtualMachines()).getMetadata().getResourceVersion();
    cluster.apply(model("m", "10", group("web", 1)));

    cluster.await("m", "Provisioned", "False/VirtualMachineFailed");
    assertThat(cluster.message("m", "Provisioned")).contains("not this node's");
    assertThat(cluster.machines().getFirst().getMetadata().getResourceVersion()).isEqualTo(version);
  }

  @Test
  void failuresOfKubeVirtAreShown() {
    cluster.host("failures-w1", "2", "8Gi");
    cluster.apply(model("m", "10", group("web", 2)));
    cluster.awaitThat("2 VMs", c -> c.machines().size() == 2);
    cluster.printableStatus("m-web-1", "ErrImagePull");
    cluster.await("m", "Provisioned", "False/VirtualMachineFailed");
    assertThat(cluster.message("m", "Provisioned")).contains("m-web-1", "ErrImagePull");
    assertThat(cluster.events("VirtualMachineFailed")).hasSize(1);

    cluster.printableStatus("m-web-1", "Running");
    cluster.virtControllerStep("Running");
    cluster.await("m", "Provisioned", "True/Provisioned");
    cluster.virtControllerStep("Failed");
    cluster.await("m", "Provisioned", "False/VirtualMachineFailed");
  }

  @Test
  void autoChoosesTheSmallestFactorAndKeepsIt() {
    cluster.host("auto-w1", "2", "8Gi");
    cluster.apply(model("m", "auto", group("web", 5)));
    cluster.await("m", "Placed", "True/FactorChosen");
    EffectiveDilation chosen = cluster.model("m").getStatus().timeDilation();
    assertThat(chosen.factor()).isEqualTo("5/2");
    assertThat(chosen.driver()).isEqualTo(Driver.GuestKernel);

    cluster.apply(model("m", "auto", group("web", 2)));
    cluster.awaitThat("2 nodes", c -> c.nodes().size() == 2);
    cluster.host("auto-w2", "8", "8Gi");
    cluster.await("m", "Placed", "True/FactorChosen");
    assertThat(cluster.model("m").getStatus().timeDilation()).isEqualTo(chosen);
  }

  @Test
  void anOperatorKilledMidwayIsContinued() throws IOException {
    cluster.host("killed-w1", "2", "8Gi");
    cluster.apply(model("m", "10", group("web", 6)));
    cluster.awaitThat("a first node", c -> !c.nodes().isEmpty());
    operator.kill();
    int survivors = cluster.nodes().size();
    operator = start().awaitReady();
    cluster.await("m", "Placed", "True/Placed");
    cluster.awaitThat("6 VMs", c -> c.machines().size() == 6);

    assertThat(survivors).isPositive();
    assertThat(cluster.nodes().stream().map(node -> node.getSpec().timeDilation()).distinct())
        .containsExactly(cluster.model("m").getStatus().timeDilation());
  }

  @Test
  void anApiServerThatDiesAndComesBackIsServedAgain() throws IOException {
    cluster.host("outage-w1", "2", "8Gi");
    cluster.apply(model("m", "10", group("web", 2)));
    cluster.awaitThat("2 VMs", c -> c.machines().size() == 2);
    // A model that is not placed asks again and again, and so meets the outage.
    cluster.apply(model("huge", "1", group("web", 200)));
    cluster.await("huge", "Placed", "False/DoesNotFit");
    api.killApiServer();
    Awaitility.await("the operator notices")
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                operator
                    .log()
                    .contains(
                        "ScaleModel anapiserverthatdiesandcomesbackisservedagain/huge will be tried"));
    api.restartApiServer();

    cluster.apply(model("m", "10", group("web", 4)));
    cluster.awaitThat("4 VMs", c -> c.machines().size() == 4);
    cluster.virtControllerStep("Running");
    cluster.await("m", "Provisioned", "True/Provisioned");
    operator.awaitReady();
  }

  private static final String KERNEL_TEMPLATE =
      """
      spec:
        domain:
          devices: {}
          firmware:
            kernelBoot:
              container: {image: "x:1", kernelPath: /k, initrdPath: /i}
      """;

  private static NodeGroup instancetypeGroup(
      String instancetype, String preference, TargetMachine machine) {
    return new NodeGroup(
        "web",
        1,
        machine,
        new VmSource(
            new InstancetypeReference(
                instancetype, InstancetypeReference.Kind.VirtualMachineClusterInstancetype),
            preference == null
                ? null
                : new PreferenceReference(
                    preference, PreferenceReference.Kind.VirtualMachineClusterPreference),
            Fixtures.image().image(),
            null));
  }

  private Map<String, String> versions(String model) {
    Stream<HasMetadata> all =
        Stream.of(
                List.of(cluster.model(model)),
                cluster.nodes(),
                cluster.machines(),
                cluster.instances())
            .flatMap(List::stream);
    return all.collect(
        Collectors.toMap(
            resource -> resource.getKind() + "/" + resource.getMetadata().getName(),
            resource -> resource.getMetadata().getResourceVersion()));
  }

  private static Map<String, String> uids(List<? extends HasMetadata> resources) {
    return resources.stream()
        .map(Function.<HasMetadata>identity())
        .collect(
            Collectors.toMap(
                resource -> resource.getMetadata().getName(),
                resource -> resource.getMetadata().getUid()));
  }
}
