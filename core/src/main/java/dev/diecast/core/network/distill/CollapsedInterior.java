package dev.diecast.core.network.distill;

import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.VirtualNode;
import dev.diecast.core.network.route.PathTree;
import dev.diecast.core.network.route.RouterGraph;
import dev.diecast.core.network.route.Routes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A topology in which the links among the nodes of its interior are collapsed: into pipes between
 * those interior nodes at which other links end or virtual nodes hang (the border). A mesh pipe is
 * the shortest path between its ends within the interior, so that the shortest path between two
 * virtual nodes is as long as in the topology.
 *
 * <p>Pipes are numbered: access pipes (up and down of each virtual node), then emulated links (both
 * ways), then the mesh.
 */
final class CollapsedInterior implements DistilledNetwork {
  private static final int NONE = -1;

  private final Distillation distillation;
  private final AttachedNetwork network;
  private final Structure structure;

  /** Over the whole topology. */
  private final Routes routes;

  /** Over the interior alone. */
  private final Routes within;

  /** What does not change when links fail. */
  private record Structure(
      int[] pipeOfArc,
      int preserved,
      int[] accessOf,
      int[] border,
      int[] memberOf,
      MeshNumbers mesh) {}

  private CollapsedInterior(
      Distillation distillation,
      AttachedNetwork network,
      Structure structure,
      Routes routes,
      Routes within) {
    this.distillation = distillation;
    this.network = network;
    this.structure = structure;
    this.routes = routes;
    this.within = within;
  }

  static CollapsedInterior hopByHop(AttachedNetwork network, RouterGraph graph) {
    return of(new Distillation.HopByHop(), network, graph, new BitSet());
  }

  static CollapsedInterior of(
      Distillation distillation, AttachedNetwork network, RouterGraph graph, BitSet interior) {
    return new CollapsedInterior(
        distillation,
        network,
        structure(network, graph, interior),
        Routes.of(graph),
        Routes.within(graph, interior));
  }

  private static Structure structure(AttachedNetwork network, RouterGraph graph, BitSet interior) {
    Frontiers frontiers = new Frontiers(network, graph);
    BitSet border = new BitSet(graph.nodeCount());
    int[] accessOf = new int[graph.nodeCount()];
    for (VirtualNode node : network.virtualNodes()) {
      border.set(node.router());
      accessOf[node.router()]++;
    }
    int[] pipeOfArc = new int[graph.arcCount()];
    Arrays.fill(pipeOfArc, NONE);
    int access = 2 * network.virtualNodes().size();
    int preserved = 0;
    for (int arc = 0; arc < pipeOfArc.length; arc++) {
      boolean collapsed = interior.get(graph.tail(arc)) && interior.get(graph.head(arc));
      if (!collapsed && frontiers.level(graph.tail(arc)) != Frontiers.NEVER) {
        pipeOfArc[arc] = access + preserved++;
        border.set(graph.tail(arc));
      }
    }
    border.and(interior);
    int[] members = border.stream().toArray();
    int[] memberOf = new int[graph.nodeCount()];
    Arrays.fill(memberOf, NONE);
    int[] component = graph.components(interior, new BitSet());
    int[] part = new int[members.length];
    for (int member = 0; member < members.length; member++) {
      memberOf[members[member]] = member;
      part[member] = component[members[member]];
    }
    MeshNumbers mesh = new MeshNumbers(part, graph.nodeCount(), (long) access + preserved);
    return new Structure(pipeOfArc, preserved, accessOf, members, memberOf, mesh);
  }

  @Override
  public Distillation distillation() {
    return distillation;
  }

  @Override
  public AttachedNetwork network() {
    return network;
  }

  @Override
  public PipeCounts counts() {
    return new PipeCounts(
        2L * network.virtualNodes().size(), structure.preserved, structure.mesh.count());
  }

  @Override
  public Routes topologyRoutes() {
    return routes;
  }

  @Override
  public boolean isEmulated(int arc) {
    return structure.pipeOfArc[arc] != NONE;
  }

  @Override
  public int pipesFrom(int vertex) {
    if (vertex >= network.routerCount()) {
      return 1;
    }
    int pipes = structure.accessOf[vertex];
    RouterGraph graph = routes.graph();
    for (int i = graph.firstOutgoing(vertex); i < graph.endOutgoing(vertex); i++) {
      pipes += isEmulated(graph.outgoingAt(i)) ? 1 : 0;
    }
    int member = structure.memberOf[vertex];
    return member == NONE ? pipes : pipes + structure.mesh.partners(member);
  }

  @Override
  public Optional<Pipe> meshPipe(int from, int to) {
    int source = structure.memberOf[from];
    int target = structure.memberOf[to];
    if (source == NONE || target == NONE || !structure.mesh.joined(source, target)) {
      return Optional.empty();
    }
    return Optional.of(within.from(from))
        .filter(tree -> tree.reaches(to))
        .map(tree -> mesh(tree, to));
  }

  @Override
  public List<Pipe> route(int from, int to) {
    VirtualNode source = network.virtualNodes().get(from);
    VirtualNode target = network.virtualNodes().get(to);
    PathTree tree = routes.from(source.router());
    if (from == to || !tree.reaches(target.router())) {
      return List.of();
    }
    List<Pipe> pipes = new ArrayList<>();
    pipes.add(up(source));
    Run run = new Run(source.router());
    for (int arc : tree.arcsTo(target.router())) {
      if (structure.pipeOfArc[arc] != NONE) {
        run.endInto(pipes);
        pipes.add(preserved(arc));
        run = new Run(routes.graph().head(arc));
      } else {
        run.end = routes.graph().head(arc);
      }
    }
    run.endInto(pipes);
    pipes.add(down(target));
    return pipes;
  }

  /** Collapsed arcs of a path, one after the other. */
  private final class Run {
    private final int start;
    private int end;

    Run(int start) {
      this.start = start;
      end = start;
    }

    void endInto(List<Pipe> pipes) {
      if (start != end) {
        pipes.add(mesh(within.from(start), end));
      }
    }
  }

  private Pipe up(VirtualNode node) {
    return new Pipe(2 * node.index(), network.vertex(node), node.router(), node.up());
  }

  private Pipe down(VirtualNode node) {
    return new Pipe(2 * node.index() + 1, node.router(), network.vertex(node), node.down());
  }

  private Pipe preserved(int arc) {
    RouterGraph graph = routes.graph();
    return new Pipe(
        structure.pipeOfArc[arc], graph.tail(arc), graph.head(arc), graph.attributes(arc));
  }

  private Pipe mesh(PathTree tree, int target) {
    int id = structure.mesh.id(structure.memberOf[tree.source()], structure.memberOf[target]);
    return new Pipe(id, tree.source(), target, tree.collapsed(target));
  }

  @Override
  public void forEachPipe(Consumer<Pipe> pipes) {
    for (VirtualNode node : network.virtualNodes()) {
      pipes.accept(up(node));
      pipes.accept(down(node));
    }
    BitSet down = routes.downLinks();
    for (int arc = 0; arc < structure.pipeOfArc.length; arc++) {
      if (structure.pipeOfArc[arc] != NONE && !down.get(RouterGraph.linkOf(arc))) {
        pipes.accept(preserved(arc));
      }
    }
    int[] ordered = structure.mesh.membersByPart();
    for (int source : ordered) {
      PathTree tree = within.from(structure.border[source]);
      for (int target : ordered) {
        if (structure.mesh.joined(source, target) && tree.reaches(structure.border[target])) {
          pipes.accept(mesh(tree, structure.border[target]));
        }
      }
    }
  }

  @Override
  public DistilledNetwork withLinksDown(BitSet links) {
    return new CollapsedInterior(
        distillation, network, structure, routes.withLinksDown(links), within.withLinksDown(links));
  }
}
