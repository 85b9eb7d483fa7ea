package dev.diecast.daemon.network.model;

import dev.diecast.api.resources.PipeGraphs;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.api.v1alpha1.PipeGraphSpec;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.assign.PipeHosts;
import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.core.pipe.Partition;
import dev.diecast.daemon.process.ProcessKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** The engine of one model on this host, kept at the newest revision of its PipeGraph. */
sealed interface ModelEngine extends AutoCloseable permits CoreEngine, KernelEngine {

  /**
   * What the engine does.
   *
   * @param shape what cannot change in place
   * @param routerNames of the topology, by number
   * @param nodeNames of the DilatedNodes, by the virtual node's number
   */
  record Now(
      String graph,
      long revision,
      EmulatedNetwork network,
      NetworkShape shape,
      List<String> routerNames,
      List<String> nodeNames) {

    /** The ends of a pipe, by name. */
    String pipeName(int number) {
      Pipe pipe = network.pipes().get(number);
      return vertexName(pipe.from()) + " > " + vertexName(pipe.to());
    }

    private String vertexName(int vertex) {
      int routers = routerNames.size();
      return vertex < routers ? routerNames.get(vertex) : nodeNames.get(vertex - routers);
    }

    /**
     * Which host has what.
     *
     * @param self number of the host that is to know
     */
    Partition partition(int self) {
      PipeHosts hosts = shape.hosts();
      return new Partition(
          self,
          network.pipes().stream().map(hosts::hostOf).toList(),
          IntStream.range(0, network.stationNumbers()).mapToObj(hosts::hostOfVirtualNode).toList());
    }
  }

  /** Computes pipes and routes of a graph; costly for large ones. */
  static Now read(PipeGraph graph, DilationFactor factor, int mtuBytes) {
    PipeGraphSpec spec = graph.getSpec();
    EmulatedNetwork network = PipeGraphs.emulated(spec, factor);
    return new Now(
        graph.getMetadata().getName(),
        spec.revision(),
        network,
        NetworkShape.of(spec, network, factor, mtuBytes),
        spec.routers(),
        PipeGraphs.nodeNames(spec));
  }

  Now now();

  /**
   * Takes over another revision of the same shape; what waits in pipes stays there.
   *
   * @return how many pipes changed
   */
  int change(Now next) throws IOException;

  /**
   * Looks whether pipes do what they should, some at each call, and puts right what somebody else
   * changed.
   *
   * @return since when at the earliest they did not; empty where all is well
   */
  default Optional<Instant> restore(Instant now) throws IOException {
    return Optional.empty();
  }

  /** The number of a node; -1 where the graph does not have it. */
  default int stationOf(String nodeName) {
    return now().nodeNames().indexOf(nodeName);
  }

  /**
   * Attaches a node by the socket of its QEMU's, where it is not attached so already.
   *
   * @throws IOException where the engine has nothing to do with sockets
   */
  void connect(int station, Path socket, ProcessKey process) throws IOException;

  /** By which frames of a node's tap get to the engine. */
  TapTakeover.Door door(int station, ProcessKey process);

  boolean isAttached(int station, ProcessKey process);

  /** Where a node's frames come from and go to, where they cannot at the moment. */
  Optional<String> disconnected(int station);

  /** Why the engine ended by itself, if it did. */
  Optional<Throwable> failure();

  /** Frames for this node are dropped from now on. */
  void detach(int station) throws IOException;

  /** Detaches all that are not among these. */
  void keep(Set<Integer> stations) throws IOException;

  /** Hosts whose engines do not answer, or have not yet. */
  List<String> silentPeers();

  /** What it has done; waits for nobody. */
  ModelReport report();

  /** Of the pipes here at most so many, the busiest. */
  List<NamedPipe> busiestPipes(int most);

  @Override
  void close() throws IOException;
}
