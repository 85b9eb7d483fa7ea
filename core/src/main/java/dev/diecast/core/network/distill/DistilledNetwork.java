package dev.diecast.core.network.distill;

import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.route.RouterGraph;
import dev.diecast.core.network.route.Routes;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The pipe graph that is emulated. Meshes are computed for one source at a time when they are asked
 * for, so that 10,000 virtual nodes end to end (10^8 pipes) need no more memory than their routes.
 *
 * <p>The route between two virtual nodes is the image of their route in the topology: links that
 * are emulated stay, each run of collapsed ones is one pipe. Vertices are numbered as in {@link
 * AttachedNetwork}.
 */
public sealed interface DistilledNetwork permits CollapsedInterior, EndToEndMesh {

  Distillation distillation();

  AttachedNetwork network();

  /** Of the intact topology. */
  PipeCounts counts();

  /** Routes over the topology itself, of which those over the pipes are images. */
  Routes topologyRoutes();

  /** Whether an arc of the topology (see {@link RouterGraph}) is a pipe, and not collapsed. */
  boolean isEmulated(int arc);

  /**
   * The mesh pipe from one node of the topology to another; empty where there is none, or it has no
   * path at this time.
   */
  Optional<Pipe> meshPipe(int from, int to);

  /** Unidirectional pipes that begin at a vertex. */
  int pipesFrom(int vertex);

  /**
   * The pipes from one virtual node to another in the order of travel; none where they cannot reach
   * each other, or are the same.
   *
   * @param from index of a virtual node
   * @param to index of a virtual node
   */
  List<Pipe> route(int from, int to);

  /** The numbers of the pipes of {@link #route}; empty where there is no way. */
  default Optional<int[]> pipeNumbers(int from, int to) {
    return Optional.of(route(from, to).stream().mapToInt(Pipe::id).toArray())
        .filter(numbers -> numbers.length > 0);
  }

  /**
   * Every pipe that there is, in ascending order of ids. Pipes whose links are down, and mesh pipes
   * whose ends cannot reach each other, are left out.
   */
  void forEachPipe(Consumer<Pipe> pipes);

  /**
   * The same network, with the same numbers of pipes, where these links of the topology, and no
   * others, are down: routes go round them where they can.
   */
  DistilledNetwork withLinksDown(BitSet links);
}
