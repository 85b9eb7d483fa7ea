package dev.diecast.daemon.network.model;

import dev.diecast.daemon.network.PublishedPeer;
import java.util.Optional;

/** What daemons say of themselves to those of other hosts. */
@FunctionalInterface
public interface PeerDirectory {
  /** Asks now, and may wait; empty where the host's daemon has not said it, or nobody answers. */
  Optional<PublishedPeer> of(String host);
}
