package dev.diecast.core.pipe;

import java.util.List;

/**
 * Which of several engines has what of one network.
 *
 * @param self number of the engine that this is given to
 * @param engineOfPipe for each pipe the engine that has it
 * @param engineOfStation for each virtual node the engine that it is attached to
 */
public record Partition(int self, List<Integer> engineOfPipe, List<Integer> engineOfStation) {
  public Partition {
    engineOfPipe = List.copyOf(engineOfPipe);
    engineOfStation = List.copyOf(engineOfStation);
  }

  /** Whether the engine that this is given to has a pipe. */
  public boolean has(int pipe) {
    return engineOfPipe.get(pipe) == self;
  }

  /** The engine at which a packet goes on that has {@code hop} pipes of its route behind it. */
  public int engineAt(int[] route, int hop, int destination) {
    return hop == route.length ? engineOfStation.get(destination) : engineOfPipe.get(route[hop]);
  }
}
