package dev.diecast.core.pipe;

import java.util.Optional;

/** The way from one virtual node to another. */
@FunctionalInterface
public interface Routing {
  /**
   * Numbers of the pipes from source to destination, in order; empty where there is no way. Must
   * not be changed by whoever gets it.
   */
  Optional<int[]> route(int source, int destination);
}
