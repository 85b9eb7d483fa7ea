package dev.diecast.daemon.network.model;

import java.util.Optional;

/** At which address the daemon of a host takes packets of other hosts' pipes. */
@FunctionalInterface
public interface PeerDirectory {
  /** Empty where the host's daemon has not said it. */
  Optional<String> addressOf(String host);
}
