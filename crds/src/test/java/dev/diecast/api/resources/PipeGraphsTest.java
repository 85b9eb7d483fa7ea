package dev.diecast.api.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.api.v1alpha1.Engine;
import dev.diecast.api.v1alpha1.PipeGraphSpec;
import dev.diecast.api.v1alpha1.ScaleModel;
import dev.diecast.api.validation.Models;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.assign.PipeAssignment;
import dev.diecast.core.network.distill.DistilledNetwork;
import dev.diecast.core.pipe.EmulatedNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PipeGraphsTest {

  private static final DilationFactor TEN = DilationFactor.parse("10");

  private final ModelNetwork model =
      ModelNetwork.of(
          Models.YAML.convertValue(Models.networked(), ScaleModel.class).getSpec(),
          Optional.empty());

  private PipeGraphSpec graph() {
    DistilledNetwork distilled = model.distilled();
    PipeAssignment assignment = PipeAssignment.around(distilled, 2, List.of(0, 1, 0, 1));
    return PipeGraphs.of(
        "shop",
        3,
        model.distillation(),
        model.network(),
        model.down(),
        model.addresses(),
        List.of("w1", "w2"),
        assignment.pipeHosts(),
        Optional.of(6490),
        Engine.Kernel);
  }

  /** What a daemon reads is what the operator had, pipe by pipe and route by route. */
  @Test
  void arrivesAsItWasSent() {
    PipeGraphSpec graph = Models.YAML.unmarshal(Models.YAML.asYaml(graph()), PipeGraphSpec.class);
    EmulatedNetwork arrived = PipeGraphs.emulated(graph, TEN);
    DistilledNetwork sent = model.distilled().withLinksDown(model.down());
    List<Pipe> pipes = new ArrayList<>();
    sent.forEachPipe(pipes::add);
    assertThat(arrived.pipes()).containsAll(pipes);
    int nodes = model.network().virtualNodes().size();
    for (int from = 0; from < nodes; from++) {
      for (int to = 0; to < nodes; to++) {
        assertThat(arrived.routing().route(from, to).map(int[]::clone).orElse(new int[0]))
            .isEqualTo(sent.pipeNumbers(from, to).orElse(new int[0]));
      }
    }
    assertThat(graph.engineOrDefault()).isEqualTo(Engine.Kernel);
    assertThat(PipeGraphs.down(graph)).isEqualTo(model.down());
    assertThat(PipeGraphs.nodeNames(graph))
        .containsExactly("shop-web-0", "shop-web-1", "shop-web-2", "shop-db-0");
  }

  @Test
  void virtualNodesKeepTheirHosts() {
    var hosts = PipeGraphs.hosts(graph());
    assertThat(List.of(0, 1, 2, 3).stream().map(hosts::hostOfVirtualNode))
        .containsExactly(0, 1, 0, 1);
  }

  @Test
  void givesAddressesByRule() {
    assertThat(model.addresses().names()).isEqualTo("web@10.96.1.0+256,db@10.96.2.0+256");
    assertThat(PipeGraphs.stations(graph()).getLast().mac().toString())
        .isEqualTo("02:dc:0a:60:02:00");
  }
}
