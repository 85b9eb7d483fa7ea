package dev.diecast.daemon.network.model;

import dev.diecast.core.pipe.EmulatedNetwork;
import dev.diecast.core.pipe.HostPipe;
import dev.diecast.daemon.network.kernel.DeviceTree;
import dev.diecast.daemon.network.kernel.KernelPipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;

/** The kernel's pipes of an end-to-end network, in which each pair of nodes has one. Pure. */
final class EndToEndPipes {
  private EndToEndPipes() {}

  /**
   * All pipes to a node, by the number of the node that they come from.
   *
   * @throws IllegalArgumentException where a way has more than one pipe, or a pipe is slower than
   *     the kernel's can be
   */
  static DeviceTree towards(EmulatedNetwork network, int destination) {
    List<KernelPipe> pipes = new ArrayList<>();
    for (int source = 0; source < network.stationNumbers(); source++) {
      pipes.add(
          source == destination
              ? KernelPipe.NOTHING
              : network
                  .routing()
                  .route(source, destination)
                  .map(route -> pipe(network, route))
                  .orElse(KernelPipe.NOTHING));
    }
    return DeviceTree.byMark(pipes);
  }

  /** All pipes to a node that there are, with their numbers. */
  static void forEachTowards(
      EmulatedNetwork network, int destination, ObjIntConsumer<KernelPipe> each) {
    for (int source = 0; source < network.stationNumbers(); source++) {
      if (source != destination) {
        network
            .routing()
            .route(source, destination)
            .ifPresent(route -> each.accept(pipe(network, route), route[0]));
      }
    }
  }

  private static KernelPipe pipe(EmulatedNetwork network, int[] route) {
    if (route.length != 1) {
      throw new IllegalArgumentException(
          "a way of %d pipes, and the kernel's engine has one for each pair of nodes: take distillation EndToEnd, or engine Core"
              .formatted(route.length));
    }
    return KernelPipe.of(HostPipe.of(network.pipes().get(route[0]).attributes(), network.factor()));
  }

  /** Why the kernel cannot emulate a network; empty where it can. */
  static Optional<String> obstacle(EmulatedNetwork network) {
    try {
      for (int destination = 0; destination < network.stationNumbers(); destination++) {
        towards(network, destination);
      }
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
  }
}
