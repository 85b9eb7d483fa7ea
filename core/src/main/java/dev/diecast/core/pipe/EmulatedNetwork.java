package dev.diecast.core.pipe;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.ethernet.Station;
import dev.diecast.core.network.Pipe;
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

  /** One more than the greatest number of a virtual node. */
  public int stationNumbers() {
    return stations.stream().mapToInt(Station::number).max().orElse(-1) + 1;
  }

  /** As the host must do them. */
  public List<HostPipe> hostPipes() {
    return pipes.stream().map(pipe -> HostPipe.of(pipe.attributes(), factor)).toList();
  }
}
