package dev.diecast.daemon.network.model;

import dev.diecast.daemon.network.PortSpec;
import java.io.IOException;
import java.nio.file.Path;

/** A tap of ours, whose frames an engine of this process reads and writes. */
record TapDoor(Opening opening) implements TapTakeover.Door {

  /** Opens a port of an engine. */
  @FunctionalInterface
  interface Opening {
    void open(PortSpec spec) throws IOException;
  }

  @Override
  public String device() {
    return TapTakeover.TAP;
  }

  @Override
  public void open(Path namespace) throws IOException {
    opening.open(new PortSpec.NamespacedTap(namespace, TapTakeover.TAP));
  }
}
