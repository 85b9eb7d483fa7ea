package dev.diecast.daemon.network.model;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.daemon.network.model.NetworkOutcome.Obstacle;
import dev.diecast.daemon.network.model.NetworkOutcome.Refused;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Joins nodes to the engine of their model. */
final class NodeAttaching {
  private final NodePorts ports;
  private final String host;

  NodeAttaching(NodePorts ports, String host) {
    this.ports = ports;
    this.host = host;
  }

  /**
   * @param here numbers of the nodes that belong to the engine, to which this adds the node's
   */
  NetworkOutcome attach(ModelEngine engine, NetworkedNode node, Set<Integer> here) {
    int station = engine.stationOf(node.vm().name());
    if (station < 0 || !isHere(engine, station)) {
      return new Refused(
          Obstacle.NotInPipeGraph,
          "PipeGraph %s does not have it on this host yet".formatted(engine.now().graph()));
    }
    if (node.qemu().isEmpty()) {
      return new Refused(Obstacle.NoProcess, "its VM does not run on this host");
    }
    here.add(station);
    try {
      Optional<NodePorts.Found> port = ports.find(node);
      if (port.isEmpty()) {
        return new Refused(
            Obstacle.NoInterface,
            ("its QEMU has no network card %s on a tap or a stream socket: is interface %s in"
                    + " its VM?")
                .formatted(node.mac(), Api.NETWORK_INTERFACE));
      }
      port.get().open(engine, station);
    } catch (IOException | RuntimeException e) {
      return new Refused(
          Obstacle.PortRefused, "its interface could not be taken: " + e.getMessage());
    }
    Optional<String> silent = engine.disconnected(station);
    if (silent.isPresent()) {
      return new Refused(
          Obstacle.NotConnected,
          "nobody answers at its QEMU's socket %s: tried again until somebody does"
              .formatted(silent.get()));
    }
    return new NetworkOutcome.Attached(
        engine.now().graph(), engine.now().network().pipes().size(), engine.now().shape().engine());
  }

  private boolean isHere(ModelEngine engine, int station) {
    NetworkShape shape = engine.now().shape();
    return shape.hostNames().get(shape.hosts().hostOfVirtualNode(station)).equals(host);
  }
}
