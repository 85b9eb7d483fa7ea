package dev.diecast.core.network.distill;

import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.VirtualNode;
import dev.diecast.core.network.route.PathTree;
import dev.diecast.core.network.route.RouterGraph;
import dev.diecast.core.network.route.Routes;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One pipe for each ordered pair of virtual nodes, made of the whole path between them. */
final class EndToEndMesh implements DistilledNetwork {
  private final AttachedNetwork network;
  private final MeshNumbers numbers;
  private final Routes routes;

  private EndToEndMesh(AttachedNetwork network, MeshNumbers numbers, Routes routes) {
    this.network = network;
    this.numbers = numbers;
    this.routes = routes;
  }

  static EndToEndMesh of(AttachedNetwork network, RouterGraph graph) {
    int[] component = graph.components(graph.allNodes(), new BitSet());
    int[] part =
        network.virtualNodes().stream().mapToInt(node -> component[node.router()]).toArray();
    return new EndToEndMesh(network, new MeshNumbers(part, graph.nodeCount(), 0), Routes.of(graph));
  }

  @Override
  public Distillation distillation() {
    return new Distillation.EndToEnd();
  }

  @Override
  public AttachedNetwork network() {
    return network;
  }

  @Override
  public PipeCounts counts() {
    return new PipeCounts(0, 0, numbers.count());
  }

  @Override
  public Routes topologyRoutes() {
    return routes;
  }

  @Override
  public boolean isEmulated(int arc) {
    return false;
  }

  @Override
  public Optional<Pipe> meshPipe(int from, int to) {
    return Optional.empty();
  }

  @Override
  public int pipesFrom(int vertex) {
    return vertex < network.routerCount() ? 0 : numbers.partners(vertex - network.routerCount());
  }

  @Override
  public List<Pipe> route(int from, int to) {
    VirtualNode source = network.virtualNodes().get(from);
    VirtualNode target = network.virtualNodes().get(to);
    PathTree tree = routes.from(source.router());
    return from != to && tree.reaches(target.router())
        ? List.of(pipe(source, target, tree))
        : List.of();
  }

  private Pipe pipe(VirtualNode source, VirtualNode target, PathTree tree) {
    PipeAttributes attributes = source.up();
    if (source.router() != target.router()) {
      attributes = attributes.then(tree.collapsed(target.router()));
    }
    return new Pipe(
        numbers.id(source.index(), target.index()),
        network.vertex(source),
        network.vertex(target),
        attributes.then(target.down()));
  }

  @Override
  public void forEachPipe(Consumer<Pipe> pipes) {
    int[] ordered = numbers.membersByPart();
    for (int from : ordered) {
      VirtualNode source = network.virtualNodes().get(from);
      PathTree tree = routes.from(source.router());
      for (int to : ordered) {
        VirtualNode target = network.virtualNodes().get(to);
        if (numbers.joined(from, to) && tree.reaches(target.router())) {
          pipes.accept(pipe(source, target, tree));
        }
      }
    }
  }

  @Override
  public DistilledNetwork withLinksDown(BitSet links) {
    return new EndToEndMesh(network, numbers, routes.withLinksDown(links));
  }
}
