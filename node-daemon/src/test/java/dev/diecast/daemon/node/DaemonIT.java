package dev.diecast.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.SwitchLosses;
import dev.diecast.daemon.status.Conditions;
import dev.diecast.daemon.support.HostCgroup;
import dev.diecast.daemon.support.VcpuProcess;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The daemon against a real API server, with real threads in real cgroups; needs root. */
class DaemonIT extends DaemonSuite {
  @Test
  void publishesItsHostOnce() throws Exception {
    start();
    eventually().until(() -> daemon.isReady());
    DilationHost host = client.resources(DilationHost.class).withName(NODE).get();
    assertThat(host.getMetadata().getLabels()).containsEntry("kubernetes.io/hostname", NODE);
    assertThat(host.getStatus().capacity().cpu()).isNotNull();
    assertThat(host.getStatus().capacity().nicBitsPerSecond()).as("unknown, so absent").isNull();
    assertThat(host.getStatus().features().cgroupVersion()).isEqualTo(cgroup.version().text());
    assertThat(Conditions.find(host.getStatus().conditions(), "Ready")).isPresent();
    assertThat(host.getStatus().drivers()).hasSize(2);

    // A core's speed is measured anew at each start: on a busy machine it may be another.
    DilationHost before = host;
    DilationHost after = restarted();
    for (int i = 0; i < 5 && speed(before) != speed(after); i++) {
      before = after;
      after = restarted();
    }
    assertThat(after.getMetadata().getResourceVersion())
        .as("a status is written when it has changed: %s, %s", before, after)
        .isEqualTo(before.getMetadata().getResourceVersion());
  }

  /** The host, some rounds after a restart. */
  private DilationHost restarted() throws Exception {
    restart("diecast.host-interval", "0.2s");
    eventually().until(() -> daemon.isReady());
    Thread.sleep(2_000);
    return client.resources(DilationHost.class).withName(NODE).get();
  }

  private static long speed(DilationHost host) {
    return host.getStatus().coreIterationsPerSecond();
  }

  @Test
  void anAdministratorsWordStands() throws Exception {
    start("diecast.host-interval", "0.2s");
    eventually().until(() -> daemon.isReady());
    client
        .resources(DilationHost.class)
        .withName(NODE)
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"unschedulable\":true}}");
    restart("diecast.host-interval", "0.2s");
    eventually().until(() -> daemon.isReady());
    assertThat(client.resources(DilationHost.class).withName(NODE).get().getSpec().unschedulable())
        .isTrue();
  }

  @Test
  void capsWhatIsPlacedHereAndSaysSo() throws Exception {
    DilatedNode node = node("m-web-0", "10", 2, "1");
    vm(node, 2);
    start();
    awaitCondition("m-web-0", "Capped", "True", "CapInForce");
    awaitCondition("m-web-0", "Dilated", "Unknown", "AgentUnreachable");
    // Before the first attempt it says only that there was none yet.
    eventually()
        .untilAsserted(
            () ->
                assertThat(condition("m-web-0", "Dilated").getMessage())
                    .contains("org.qemu.guest_agent.0"));
    awaitCondition("m-web-0", "Faithful", "Unknown", "Measuring");
    DilatedNode now = get("m-web-0");
    assertThat(now.getStatus().appliedGeneration()).isEqualTo(now.getMetadata().getGeneration());
    assertThat(now.getStatus().cpu().dueMicrocores()).isEqualTo(200_000);
    assertThat(now.getStatus().cpu().quotaMicros()).as("of one vCPU").isEqualTo(10_500);
    assertThat(now.getStatus().cpu().correctionMicros()).as("stated openly").isEqualTo(500);
    assertThat(condition("m-web-0", "Capped").getMessage())
        .isEqualTo(
            "2 vCPUs may each use 10500 us of CPU in every 100000 us, 500 us of them for work lost"
                + " to cold caches");
    assertThat(HostCgroup.children(cgroup.directory()))
        .containsExactlyInAnyOrder(child(node, 0), child(node, 1));
    assertThat(daemon.metrics().text())
        .contains("diecast_cpu_due_cores 0.2")
        .doesNotContain("m-web-0");
    restart("diecast.metrics.per-node", "true");
    eventually()
        .untilAsserted(
            () ->
                assertThat(daemon.metrics().text())
                    .contains(
                        "diecast_node_cpu_due_cores{namespace=\"default\",node=\"m-web-0\",}"
                            + " 0.2"));

    client.resource(now).delete();
    eventually().until(() -> HostCgroup.children(cgroup.directory()).isEmpty() && records() == 0);
  }

  @Test
  void whatIsMeasuredOnTheHostIsAddedToItsCapsAtOnceAndAfterARestart() throws Exception {
    DilatedNode node = node("m-web-0", "10", 1, "1");
    vm(node, 1);
    start();
    awaitCondition("m-web-0", "Capped", "True", "CapInForce");
    measured("{\"virtualisedMicros\":\"7\",\"emulatedMicros\":\"2:800,10:2200\"}");
    try {
      eventually()
          .untilAsserted(
              () -> assertThat(get("m-web-0").getStatus().cpu().quotaMicros()).isEqualTo(12_200));
      assertThat(get("m-web-0").getStatus().cpu().correctionMicros()).isEqualTo(2_200);
      assertThat(switchLoss()).isEqualTo(new SwitchLosses("2:800,10:2200", "7"));
      assertThat(daemon.metrics().text())
          .as("nobody else has changed a cap")
          .contains("diecast_drift_repairs_total{kind=\"CapChanged\",} 0.0");
      restart();
      eventually().until(() -> daemon.isReady());
      Thread.sleep(1_500);
      assertThat(get("m-web-0").getStatus().cpu().quotaMicros()).isEqualTo(12_200);
    } finally {
      measured("null");
    }
    eventually()
        .untilAsserted(
            () -> assertThat(get("m-web-0").getStatus().cpu().quotaMicros()).isEqualTo(10_500));
    assertThat(switchLoss()).isEqualTo(new SwitchLosses("500", "0"));
  }

  private static void measured(String switchLoss) {
    client
        .resources(DilationHost.class)
        .withName(NODE)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\":{\"switchLoss\":%s}}".formatted(switchLoss));
  }

  private static SwitchLosses switchLoss() {
    return client.resources(DilationHost.class).withName(NODE).get().getStatus().switchLoss();
  }

  @Test
  void saysWhyAVmIsNotCapped() throws Exception {
    node("m-web-1", "10", 1, "1");
    node("m-web-2", "1000", 1, "1/2");
    start();
    awaitCondition("m-web-1", "Capped", "False", "NoProcess");
    awaitCondition("m-web-2", "Capped", "False", "CapBelowMinimum");
    assertThat(condition("m-web-2", "Capped").getMessage()).contains("choose T at most 500");
  }

  @Test
  void aVmThatCannotBeCappedHoldsUpNoOther() throws Exception {
    assumeTrue(cgroup.version().text().equals("v1"), "SKIPPED: v2 refuses no quota");
    DilatedNode good = node("m-good-0", "10", 1, "1");
    DilatedNode bad = node("m-bad-0", "2", 1, "1");
    vm(good, 1);
    VcpuProcess stuck = vm(bad, 1);
    Path narrow = Files.createDirectory(cgroup.directory().resolve("narrow"));
    HostCgroup.write(narrow.resolve("cpu.cfs_quota_us"), "10000");
    HostCgroup.write(narrow.resolve("cgroup.procs"), Integer.toString(stuck.pid()));
    start();
    awaitCondition("m-good-0", "Capped", "True", "CapInForce");
    awaitCondition("m-bad-0", "Capped", "False", "CgroupNotWritable");
    assertThat(condition("m-bad-0", "Capped").getMessage()).contains("raise or drop");

    HostCgroup.write(narrow.resolve("cpu.cfs_quota_us"), "-1");
    awaitCondition("m-bad-0", "Capped", "True", "CapInForce");
    client.resources(DilatedNode.class).inAnyNamespace().delete();
    eventually().until(() -> records() == 0);
    stuck.kill();
  }

  @Test
  void theOperatorsConditionsStayTheOperators() throws Exception {
    DilatedNode node = node("m-web-3", "10", 1, "1");
    vm(node, 1);
    start();
    awaitCondition("m-web-3", "Capped", "True", "CapInForce");
    DilatedNode provisioned =
        io.fabric8.kubernetes.client.utils.Serialization.unmarshal(
            """
            apiVersion: diecast.dev/v1alpha1
            kind: DilatedNode
            metadata: {name: m-web-3, namespace: default}
            status:
              observedGeneration: 1
              conditions:
              - {type: Provisioned, status: "True", reason: Running, message: runs,
                 lastTransitionTime: "2026-11-22T00:00:00Z"}
            """,
            DilatedNode.class);
    client
        .resource(provisioned)
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(Api.OPERATOR)
                .withForce(true)
                .build());
    String measured = get("m-web-3").getStatus().cpu().measuredAt();
    eventually().until(() -> !measured.equals(get("m-web-3").getStatus().cpu().measuredAt()));
    assertThat(get("m-web-3").getStatus().conditions())
        .as(
            "conditions of both writers: Kubernetes 1.20 takes every list of a schema that has"
                + " x-kubernetes-int-or-string in it for atomic, so DilatedNode must have none")
        .extracting(Condition::getType)
        .containsExactlyInAnyOrder("Capped", "Dilated", "Faithful", "Provisioned");
    assertThat(get("m-web-3").getStatus().observedGeneration()).isEqualTo(1);
  }

  @Test
  void aRestartKeepsCapsAndUndoesWhatIsNoLongerWanted() throws Exception {
    DilatedNode stays = node("m-stays-0", "10", 1, "1");
    DilatedNode goes = node("m-goes-0", "10", 1, "1");
    vm(stays, 1);
    vm(goes, 1);
    start();
    awaitCondition("m-stays-0", "Capped", "True", "CapInForce");
    awaitCondition("m-goes-0", "Capped", "True", "CapInForce");
    String since = condition("m-stays-0", "Capped").getLastTransitionTime();

    daemon.close();
    assertThat(child(stays, 0)).as("a stopped daemon uncaps nobody").isDirectory();
    client.resource(goes).delete();
    start();
    eventually().until(() -> !Files.exists(child(goes, 0)));
    eventually().until(() -> daemon.metrics().text().contains("outcome=\"written\",} "));
    assertThat(child(stays, 0)).isDirectory();
    assertThat(condition("m-stays-0", "Capped").getLastTransitionTime()).isEqualTo(since);
    restart("diecast.undo-on-exit", "true");
    eventually().until(() -> daemon.isReady());
    daemon.close();
    assertThat(HostCgroup.children(cgroup.directory())).isEmpty();
    assertThat(records()).isZero();
    daemon = null;
  }

  @Test
  void whileTheApiServerIsAwayTheHostIsKept() throws Exception {
    DilatedNode node = node("m-web-4", "10", 1, "1");
    vm(node, 1);
    start();
    awaitCondition("m-web-4", "Capped", "True", "CapInForce");
    String measured = get("m-web-4").getStatus().cpu().measuredAt();
    server.stopServer();
    try {
      Files.writeString(
          cgroup.directory().resolve(cgroup.version().threadsFile()),
          vms.peek().vcpus().iterator().next().toString(),
          java.nio.file.StandardOpenOption.WRITE);
      eventually()
          .until(
              () ->
                  daemon
                      .metrics()
                      .text()
                      .contains("diecast_drift_repairs_total{kind=\"ThreadMoved\",} 1.0"));
      eventually().until(() -> daemon.metrics().text().contains("outcome=\"failed\""));
    } finally {
      server.startServer();
    }
    eventually().until(() -> !measured.equals(get("m-web-4").getStatus().cpu().measuredAt()));
    client.resource(get("m-web-4")).delete();
    eventually().until(() -> !Files.exists(child(node, 0)));
  }

  @Test
  void oneDaemonPerStateDirectory() throws Exception {
    start();
    Daemon first = daemon;
    assertThatThrownBy(this::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("another daemon runs")
        .hasMessageContaining("DIECAST_STATE_DIRECTORY");
    assertThat(daemon).isSameAs(first);
  }
}
