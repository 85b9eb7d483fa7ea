package dev.diecast.core.pipe;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.ethernet.Station;
import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.network.distill.DistilledNetwork;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What an engine is to emulate: a distilled pipe graph, the ways through it, and who is attached.
 *
 * @param pipes as the guests must see them; a pipe's id is its place here
 * @param factor T, by which the host's pipes are slower
 * @param routing over these pipes
 * @param stations the virtual nodes, with distinct numbers and addresses
 */
public record EmulatedNetwork(
    List<Pipe> pipes, DilationFactor factor, Routing routing, List<Station> stations) {
  private static final PipeAttributes NOWHERE =
      new PipeAttributes(
          PipeAttributes.MAXIMUM_BITS_PER_SECOND, 0, PipeAttributes.BILLION, QueueLimit.DEFAULT);

  public EmulatedNetwork {
    pipes = List.copyOf(pipes);
    stations = List.copyOf(stations);
    for (int i = 0; i < pipes.size(); i++) {
      if (pipes.get(i).id() != i) {
        throw new IllegalArgumentException(
            "pipe %d stands at place %d".formatted(pipes.get(i).id(), i));
      }
    }
  }

  /**
   * A distilled network.
   *
   * @param network with all its links up
   * @param down links of the topology that are down: routes go round them, and pipes keep their
   *     numbers
   */
  public static EmulatedNetwork of(
      DistilledNetwork network, BitSet down, DilationFactor factor, List<Station> stations) {
    List<Pipe> pipes = new ArrayList<>();
    network.forEachPipe(pipe -> put(pipes, pipe));
    DistilledNetwork now = down.isEmpty() ? network : network.withLinksDown(down);
    if (now != network) {
      // Pipes of the mesh follow the ways that are left.
      now.forEachPipe(pipe -> put(pipes, pipe));
    }
    return new EmulatedNetwork(pipes, factor, now::pipeNumbers, stations);
  }

  /** Between what cannot reach each other there is a number, and nothing gets through. */
  private static void put(List<Pipe> pipes, Pipe pipe) {
    while (pipes.size() <= pipe.id()) {
      pipes.add(new Pipe(pipes.size(), pipe.from(), pipe.from(), NOWHERE));
    }
    pipes.set(pipe.id(), pipe);
  }

  /** One more than the greatest number of a virtual node. */
  public int stationNumbers() {
    return stations.stream().mapToInt(Station::number).max().orElse(-1) + 1;
  }

  /** As the host must do them. */
  public List<HostPipe> hostPipes() {
    return pipes.stream().map(pipe -> HostPipe.of(pipe.attributes(), factor)).toList();
  }
}
