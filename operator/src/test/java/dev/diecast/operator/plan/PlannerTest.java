package dev.diecast.operator.plan;

import static dev.diecast.operator.Fixtures.group;
import static dev.diecast.operator.Fixtures.host;
import static dev.diecast.operator.Fixtures.hostStatus;
import static dev.diecast.operator.Fixtures.machine;
import static dev.diecast.operator.Fixtures.model;
import static dev.diecast.operator.Fixtures.template;
import static dev.diecast.operator.Fixtures.written;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.DilationHostSpec;
import dev.diecast.api.v1alpha1.DilationHostStatus;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.api.v1alpha1.DriverChoice;
import dev.diecast.api.v1alpha1.EffectiveDilation;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.v1alpha1.ScaleModelStatus;
import dev.diecast.api.v1alpha1.TimeDilation;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.placement.AutoFactor;
import dev.diecast.core.placement.Resource;
import dev.diecast.core.time.ModelClock;
import dev.diecast.operator.Fixtures;
import dev.diecast.operator.plan.PlanOutcome.PlacedNode;
import dev.diecast.operator.plan.PlanOutcome.Planned;
import dev.diecast.operator.plan.PlanOutcome.Reason;
import dev.diecast.operator.plan.PlanOutcome.Refused;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PlannerTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.123456789Z");

  @Test
  void placesEveryNodeAndSaysWhatBinds() {
    Planned plan = planned(plan(model("m", "10", group("web", 4)), host("w1", "2", "8Gi")));

    assertThat(plan.nodes())
        .extracting(PlacedNode::name)
        .containsExactly("m-web-0", "m-web-1", "m-web-2", "m-web-3");
    assertThat(plan.nodes())
        .allSatisfy(
            node -> {
              assertThat(node.host()).isEqualTo("w1");
              assertThat(node.tscKilohertz()).contains(2_900_000L);
            });
    assertThat(plan.timeDilation())
        .isEqualTo(new EffectiveDilation("10", Driver.GuestKernel, "2026-11-22T10:00:00.123456Z"));
    // 4 nodes x 1 cpu / 10 of 2 cores.
    assertThat(plan.summary().binding()).isEqualTo(new ScaleModelStatus.Binding("cpu", "w1", 20));
    assertThat(plan.summary().groups().getFirst().host().cpuMillicores()).isEqualTo(100);
    assertThat(plan.summary().groups().getFirst().guest().cpuMillicores()).isEqualTo(1000);
  }

  @Test
  void reserveAndOverheadAreNotPlanned() {
    ScaleModel model = model("m", "2", group("web", 2));
    DilationHost host = host("w1", "1", "8Gi");
    assertThat(plan(model, host)).isInstanceOf(Planned.class);

    DilationHostStatus status = host.getStatus();
    host.setStatus(
        new DilationHostStatus(
            1L,
            status.capacity(),
            new DilationHostStatus.Overhead(new Quantity("1m"), new Quantity("1Mi")),
            status.tsc(),
            status.drivers(),
            null,
            null,
            null,
            null,
            null,
            null,
            status.conditions()));
    assertThat(refused(plan(model, host)).reason()).isEqualTo(Reason.DoesNotFit);
  }

  /**
   * A host of twice the speed carries twice the machines, and gives each half as much of a core.
   */
  @Test
  void aFasterHostCarriesMore() {
    ScaleModel model = model("m", "2", group("web", 4));
    DilationHost host = host("w1", "1", "8Gi");
    assertThat(refused(plan(model, host)).reason()).isEqualTo(Reason.DoesNotFit);

    host.setSpec(new DilationHostSpec(null, "2", null));
    Planned planned = (Planned) plan(model, host);
    assertThat(planned.nodes())
        .allSatisfy(node -> assertThat(node.hostSpeed()).isEqualTo(Rational.of(2)));
    assertThat(
            DesiredNodes.desired(model, planned.timeDilation(), planned.nodes().getFirst())
                .getSpec()
                .hostRelativeSpeed())
        .isEqualTo("2");
  }

  /** At T = 2 a host of a third of the speed has no core for a vCPU as fast as the reference. */
  @Test
  void aHostThatIsTooSlowTakesNothing() {
    DilationHost host = host("w1", "16", "8Gi");
    host.setSpec(new DilationHostSpec(null, "1/3", null));
    assertThat(refused(plan(model("m", "2", group("web", 1)), host)).reason())
        .isEqualTo(Reason.DoesNotFit);
    assertThat(plan(model("m", "3", group("web", 1)), host)).isInstanceOf(Planned.class);
  }

  @Test
  void aHostOfAnImpossibleSpeedIsClosedAndSaysWhy() {
    DilationHost host = host("w1", "16", "8Gi");
    host.setSpec(new DilationHostSpec(null, "0", null));
    assertThat(refused(plan(model("m", "3", group("web", 1)), host)).message())
        .contains("spec.relativeSpeed");
  }

  @Test
  void saysWhatIsMissingAndWhichFactorWouldDo() {
    Refused refused = refused(plan(model("m", "2", group("web", 6)), host("w1", "2", "8Gi")));

    assertThat(refused.reason()).isEqualTo(Reason.DoesNotFit);
    // 6/2 = 3 of 2 cores; 6/T <= 2 from T = 3 on.
    assertThat(refused.message()).contains("cpu", "3 cores", "1 core missing", "T = 3 would do");
  }

  @Test
  void saysThatNoFactorWouldDoWhereMemoryIsMissing() {
    Refused refused =
        refused(
            plan(model("m", "2", group("web", 2, machine(1, "1", "6Gi"))), host("w1", "2", "8Gi")));

    assertThat(refused.message()).contains("memory", "4 GiB missing", "no T would do");
  }

  @Test
  void autoTakesTheSmallestFactorThatFits() {
    Planned plan = planned(plan(model("m", "auto", group("web", 5)), host("w1", "2", "8Gi")));

    assertThat(plan.timeDilation().factor()).isEqualTo("5/2");
    assertThat(plan.factorChosen()).isTrue();
  }

  @Test
  void autoStopsAtItsMaximumAndSaysHowFarItWouldHaveToGo() {
    ScaleModel model =
        model("m", new TimeDilation("auto", "2", DriverChoice.Auto), group("web", 5));

    Refused refused = refused(plan(model, host("w1", "2", "8Gi")));

    assertThat(refused.message()).contains("even at T = 2", "T = 2.5 would do", "max");
  }

  @Test
  void autoKeepsItsChoiceWhileItFits() {
    ScaleModel model = model("m", "auto", group("web", 5));
    List<DilationHost> hosts = List.of(host("w1", "2", "8Gi"));
    Planned first = planned(Planner.plan(request(model, hosts, List.of(), List.of(), null, false)));
    List<DilatedNode> nodes = written(model, first);

    ScaleModel smaller = model("m", "auto", group("web", 2));
    Planned second =
        planned(
            Planner.plan(request(smaller, hosts, nodes, List.of(), first.timeDilation(), true)));
    assertThat(second.timeDilation()).isEqualTo(first.timeDilation());

    ScaleModel greater = model("m", "auto", group("web", 8));
    Planned third =
        planned(
            Planner.plan(request(greater, hosts, nodes, List.of(), first.timeDilation(), true)));
    assertThat(third.timeDilation().factor()).isEqualTo("4");
  }

  @Test
  void autoChoosesAnewWhenAMachineChanges() {
    ScaleModel model = model("m", "auto", group("web", 5));
    List<DilationHost> hosts = List.of(host("w1", "2", "8Gi"));
    Planned first = planned(Planner.plan(request(model, hosts, List.of(), List.of(), null, false)));

    ScaleModel slower = model("m", "auto", group("web", 5, machine(1, "0.4", "128Mi")));
    Planned second =
        planned(
            Planner.plan(
                request(
                    slower, hosts, written(model, first), List.of(), first.timeDilation(), true)));
    assertThat(second.timeDilation().factor()).isEqualTo("1");
  }

  @Test
  void nodesStayWhereTheyAreAndSurplusLeaves() {
    List<DilationHost> hosts = List.of(host("w1", "2", "8Gi"), host("w2", "2", "8Gi"));
    ScaleModel six = model("m", "2", group("web", 6));
    Planned first = planned(Planner.plan(request(six, hosts, List.of(), List.of(), null, false)));
    Map<String, String> before = places(first);

    ScaleModel two = model("m", "2", group("web", 2));
    Planned second =
        planned(
            Planner.plan(
                request(two, hosts, written(six, first), List.of(), first.timeDilation(), false)));
    assertThat(before).containsAllEntriesOf(places(second));

    ScaleModel five = model("m", "2", group("web", 5));
    Planned third =
        planned(
            Planner.plan(
                request(
                    five, hosts, written(two, second), List.of(), first.timeDilation(), false)));
    assertThat(places(third)).containsAllEntriesOf(places(second)).hasSize(5);
    assertThat(third.timeDilation()).isEqualTo(first.timeDilation());
  }

  /** The operator ends at any node while it writes a plan; its successor has no other record. */
  @Test
  void aPlanThatIsWrittenInPartIsCompletedAsItWasBegun() {
    List<DilationHost> hosts =
        List.of(host("w1", "2", "8Gi"), host("w2", "2", "4Gi"), host("w3", "1", "8Gi"));
    for (String factor : List.of("10", "auto")) {
      ScaleModel model =
          model(
              "m",
              factor,
              group("web", 11, machine(1, "1", "256Mi")),
              group("db", 5, machine(2, "1", "1Gi")));
      Planned whole =
          planned(Planner.plan(request(model, hosts, List.of(), List.of(), null, false)));
      List<DilatedNode> nodes = written(model, whole);
      for (int there = 1; there < nodes.size(); there++) {
        Planned completed =
            planned(
                Planner.plan(
                    request(
                        model,
                        hosts,
                        nodes.subList(0, there),
                        List.of(),
                        whole.timeDilation(),
                        false)));
        assertThat(completed).as("%s, from %d nodes on", factor, there).isEqualTo(whole);
      }
    }
  }

  @Test
  void runningNodesAreNotMovedForNewcomers() {
    // Two nodes of 1 core each sit on hosts of 2 cores; a newcomer of 2 cores needs a whole host.
    List<DilationHost> hosts = List.of(host("w1", "2", "8Gi"), host("w2", "2", "8Gi"));
    NodeGroup small = group("small", 2, machine(1, "1", "128Mi"));
    ScaleModel model = model("m", "1", small);
    Planned first =
        new Planned(
            new EffectiveDilation("1", Driver.GuestKernel, "2026-11-22T09:00:00.000000Z"),
            List.of(
                new PlacedNode("m-small-0", small, 0, "w1", Rational.ONE, Optional.of(2_900_000L)),
                new PlacedNode("m-small-1", small, 1, "w2", Rational.ONE, Optional.of(2_900_000L))),
            null,
            List.of(),
            false,
            List.of());

    ScaleModel more = model("m", "1", small, group("big", 1, machine(2, "1", "128Mi")));
    Refused refused =
        refused(
            Planner.plan(
                request(
                    more, hosts, written(model, first), List.of(), first.timeDilation(), false)));
    assertThat(refused.reason()).isEqualTo(Reason.DoesNotFit);
  }

  @Test
  void runningNodesStayOnAHostThatBecameTooSmallOrClosed() {
    ScaleModel model = model("m", "1", group("web", 2));
    Planned first = planned(plan(model, host("w1", "2", "8Gi")));
    DilationHost smaller = host("w1", "1", "8Gi");
    smaller.setSpec(new DilationHostSpec(true, null, null));

    Planned second =
        planned(
            Planner.plan(
                request(
                    model,
                    List.of(smaller, host("w2", "2", "8Gi")),
                    written(model, first),
                    List.of(),
                    first.timeDilation(),
                    false)));
    assertThat(places(second).values()).containsOnly("w1");
  }

  @Test
  void nodesOfAHostThatIsGoneAreMovedAndSaidSo() {
    ScaleModel model = model("m", "1", group("web", 2));
    Planned first = planned(plan(model, host("w1", "2", "8Gi")));

    Planned second =
        planned(
            Planner.plan(
                request(
                    model,
                    List.of(host("w2", "2", "8Gi")),
                    written(model, first),
                    List.of(),
                    first.timeDilation(),
                    false)));
    assertThat(places(second).values()).containsOnly("w2");
  }

  @Test
  void whatOtherModelsHoldIsNotThere() {
    ScaleModel other = model("other", "2", group("db", 3));
    List<DilationHost> hosts = List.of(host("w1", "2", "8Gi"));
    Planned others =
        planned(Planner.plan(request(other, hosts, List.of(), List.of(), null, false)));

    Refused refused =
        refused(
            Planner.plan(
                request(
                    model("m", "2", group("web", 2)),
                    hosts,
                    List.of(),
                    written(other, others),
                    null,
                    false)));
    assertThat(refused.message()).contains("other models hold 1.5 cores of cpu", "T = 4 would do");
  }

  @Test
  void anotherFactorStartsANewClockAndSaysThatGuestsRestart() {
    ScaleModel model = model("m", "10", group("web", 1));
    EffectiveDilation before =
        new EffectiveDilation("10", Driver.GuestKernel, "2026-11-22T09:00:00.000000Z");
    Planned first = planned(plan(model, host("w1", "2", "8Gi")));
    List<DilatedNode> nodes =
        written(model, new Planned(before, first.nodes(), null, List.of(), false, List.of()));
    List<DilationHost> hosts = List.of(host("w1", "2", "8Gi"));

    Planned same = planned(Planner.plan(request(model, hosts, nodes, List.of(), before, false)));
    assertThat(same.timeDilation()).isEqualTo(before);
    assertThat(same.announcements()).isEmpty();

    Planned other =
        planned(
            Planner.plan(
                request(model("m", "5", group("web", 1)), hosts, nodes, List.of(), before, false)));
    assertThat(other.timeDilation().modelClockOrigin()).isEqualTo("2026-11-22T10:00:00.123456Z");
    assertThat(other.announcements()).singleElement().asString().contains("from 10 to 5");
  }

  @Test
  void aRecalibratedTscIsKeptAndAnotherTscIsTaken() {
    ScaleModel model = model("m", "10", group("web", 1));
    Planned first = planned(plan(model, host("w1", "2", "8Gi")));
    for (Map.Entry<Long, Long> tsc :
        Map.of(2_900_100L, 2_900_000L, 2_901_000L, 2_901_000L).entrySet()) {
      DilationHost host = host("w1", "2", "8Gi");
      host.setStatus(hostStatus("2", "8Gi", tsc.getKey(), "True"));
      Planned second =
          planned(
              Planner.plan(
                  request(
                      model,
                      List.of(host),
                      written(model, first),
                      List.of(),
                      first.timeDilation(),
                      false)));
      assertThat(second.nodes().getFirst().tscKilohertz()).contains(tsc.getValue());
    }
  }

  @Test
  void refusesWithoutHosts() {
    ScaleModel model = model("m", "10", group("web", 1));
    assertThat(refused(plan(model)).reason()).isEqualTo(Reason.NoHosts);
    assertThat(refused(plan(model)).message()).contains("no DilationHost", "node daemon");

    DilationHost closed = host("w1", "2", "8Gi");
    closed.setSpec(new DilationHostSpec(true, null, null));
    assertThat(refused(plan(model, closed)).message()).contains("w1", "unschedulable");

    DilationHost notReady = host("w1", "2", "8Gi");
    notReady.setStatus(hostStatus("2", "8Gi", 1, "False"));
    assertThat(refused(plan(model, notReady)).message()).contains("not Ready");

    ScaleModel elsewhere = Fixtures.onHosts(model, "x");
    assertThat(refused(plan(elsewhere, host("w1", "2", "8Gi"))).message()).contains("selector");
  }

  private static DilationHost moduleHost() {
    DilationHost host = host("w1", "2", "8Gi");
    host.setStatus(Fixtures.withModule(host.getStatus()));
    return host;
  }

  @Test
  void autoTakesTheModuleWhereAGuestBootsByItself() {
    NodeGroup ownBoot =
        new NodeGroup(
            "web", 1, machine(1, "1", "128Mi"), template("{spec: {domain: {devices: {}}}}"));
    assertThat(planned(plan(model("m", "10", ownBoot), moduleHost())).timeDilation().driver())
        .isEqualTo(Driver.HostModule);
    assertThat(
            planned(plan(model("m", "10", group("web", 1)), moduleHost())).timeDilation().driver())
        .isEqualTo(Driver.GuestKernel);
  }

  @Test
  void anotherTGoesOnInRunningGuestsWhereTheModuleChangesIt() {
    TimeDilation ten = new TimeDilation("10", null, DriverChoice.HostModule);
    ScaleModel model = model("m", ten, group("web", 2));
    Planned first = planned(plan(model, moduleHost()));
    ScaleModel faster =
        model("m", new TimeDilation("5", null, DriverChoice.HostModule), group("web", 2));
    Planned second =
        planned(
            Planner.plan(
                request(
                    faster,
                    List.of(moduleHost()),
                    written(model, first),
                    List.of(),
                    first.timeDilation(),
                    false)));
    ModelClock before = first.timeDilation().modelClock();
    ModelClock after = second.timeDilation().modelClock();
    assertThat(after.factor()).isEqualTo(DilationFactor.of(5));
    assertThat(Duration.between(before.origin(), after.origin())).isEqualTo(ModelClocks.NOTICE);
    assertThat(after.start()).isEqualTo(before.modelTime(after.origin()));
    assertThat(second.announcements()).singleElement().asString().contains("guests run on");
    assertThat(places(second)).isEqualTo(places(first));
  }

  @Test
  void refusesWithoutDriver() {
    ScaleModel model =
        model("m", new TimeDilation("10", null, DriverChoice.HostModule), group("web", 1));
    Refused refused = refused(plan(model, host("w1", "2", "8Gi")));
    assertThat(refused.reason()).isEqualTo(Reason.NoDriver);
    assertThat(refused.message()).contains("HostModule", "w1", "no module");

    ScaleModel diskBoot =
        model(
            "m",
            "10",
            new NodeGroup(
                "web", 1, machine(1, "1", "128Mi"), template("{spec: {domain: {devices: {}}}}")));
    assertThat(refused(plan(diskBoot, host("w1", "2", "8Gi"))).message())
        .contains("kernelBoot", "group web");
  }

  @Test
  void refusesAMachineThatNoHostCoreCanBe() {
    Refused refused =
        refused(
            plan(
                model("m", "2", group("web", 1, machine(1, "3", "128Mi"))),
                host("w1", "8", "8Gi")));
    assertThat(refused.reason()).isEqualTo(Reason.Invalid);
    assertThat(refused.message()).startsWith("spec.groups[0].machine: ");
  }

  private static PlanOutcome plan(ScaleModel model, DilationHost... hosts) {
    return Planner.plan(request(model, List.of(hosts), List.of(), List.of(), null, false));
  }

  private static PlanRequest request(
      ScaleModel model,
      List<DilationHost> hosts,
      List<DilatedNode> own,
      List<DilatedNode> others,
      EffectiveDilation inForce,
      boolean byAuto) {
    return new PlanRequest(model, hosts, own, others, Optional.ofNullable(inForce), byAuto, NOW);
  }

  private static Map<String, String> places(Planned plan) {
    return plan.nodes().stream().collect(Collectors.toMap(PlacedNode::name, PlacedNode::host));
  }

  private static Planned planned(PlanOutcome outcome) {
    assertThat(outcome).isInstanceOf(Planned.class);
    return (Planned) outcome;
  }

  private static Refused refused(PlanOutcome outcome) {
    assertThat(outcome).isInstanceOf(Refused.class);
    return (Refused) outcome;
  }

  /** What `./diecast plan` says beside a plan: room on every host, and why T is not smaller. */
  @Test
  void saysWhatIsUsedOfEachHostAndWhyNoSmallerFactorDoes() {
    ScaleModel model = model("m", "auto", group("web", 4));
    List<DilationHost> hosts = List.of(host("w1", "1", "8Gi"), host("w2", "1", "8Gi"));
    hosts.get(1).setSpec(new DilationHostSpec(true, null, null));
    PlanRequest request =
        new PlanRequest(model, hosts, List.of(), List.of(), Optional.empty(), false, NOW);
    Planned planned = (Planned) Planner.plan(request);

    assertThat(planned.hosts()).extracting(PlanOutcome.HostUse::nodes).containsExactly(4, 0);
    assertThat(planned.hosts().getFirst().used().get(Resource.CPU))
        .isEqualTo(Rational.of(4).dividedBy(planned.timeDilation().dilationFactor().value()));
    assertThat(planned.hosts().get(1).closed()).contains("spec.unschedulable is true");
    assertThat(planned.message()).contains("the smallest at which they fit");
    DilationFactor smaller =
        AutoFactor.before(planned.timeDilation().dilationFactor()).orElseThrow();
    assertThat(Planner.obstacle(request, smaller).orElseThrow()).contains("cpu");
    assertThat(Planner.obstacle(request, planned.timeDilation().dilationFactor())).isEmpty();
  }
}
