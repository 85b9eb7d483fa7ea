package dev.diecast.daemon.network.model;

import dev.diecast.core.ethernet.MacAddress;
import dev.diecast.daemon.linux.BridgePorts;
import dev.diecast.daemon.linux.Bridges;
import dev.diecast.daemon.linux.Descriptor;
import dev.diecast.daemon.linux.NetworkNamespaces;
import dev.diecast.daemon.linux.Sockets;
import dev.diecast.daemon.linux.Veths;
import dev.diecast.daemon.network.kernel.DeviceTree;
import dev.diecast.daemon.network.kernel.KernelPipes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * Where a model's pipes of the kernel are: a network namespace with a bridge and a port for each
 * node, which is one end of a veth pair; the other is the door of the node's pod. What comes in by
 * a port is marked with its node's number, and what goes out by one passes the pipe of its mark.
 *
 * <p>It goes with this process, and the doors in the pods with it. So nothing of it is on record:
 * there is nothing that a successor could find or would have to undo.
 */
final class KernelHub implements AutoCloseable {
  private static final String BRIDGE = "hub";

  private final Descriptor namespace;
  private final KernelPipes pipes;

  private KernelHub(Descriptor namespace) {
    this.namespace = namespace;
    this.pipes = KernelPipes.in(path(namespace));
  }

  static KernelHub open() throws IOException {
    KernelHub hub = new KernelHub(NetworkNamespaces.create());
    try {
      hub.inside(
          () -> {
            Bridges.create(BRIDGE);
            Bridges.mute(BRIDGE);
            Bridges.up(BRIDGE);
            return null;
          });
      return hub;
    } catch (IOException | RuntimeException e) {
      hub.close();
      throw e;
    }
  }

  /** Leads to the namespace until this is closed, in this process alone. */
  Path path() {
    return path(namespace);
  }

  private static Path path(Descriptor namespace) {
    return Path.of("/proc/self/fd", Integer.toString(namespace.number()));
  }

  /**
   * Makes a node's port, with its pipes in force before anything can come through it.
   *
   * @param station number of the node, which is its mark
   * @param tree of what comes to it
   * @param door name of the other end
   * @param pod namespace of the other end
   * @return number of the port's device
   */
  int plug(int station, MacAddress mac, int mtuBytes, DeviceTree tree, String door, Path pod)
      throws IOException {
    String port = port(station);
    try {
      inside(
          () -> {
            Veths.delete(port);
            Veths.create(port, door, pod);
            Bridges.withoutIpv6(port);
            Bridges.mtu(port, mtuBytes);
            return null;
          });
      pipes.apply(port, tree);
      pipes.mark(port, station);
      return inside(
          () -> {
            Bridges.add(BRIDGE, port);
            BridgePorts.close(port, false);
            BridgePorts.owns(port, mac.bytes());
            Bridges.up(port);
            return Sockets.deviceNumber(port);
          });
    } catch (IOException | RuntimeException e) {
      unplug(station);
      throw e;
    }
  }

  /**
   * Changes a port's pipes; what waits in them stays there.
   *
   * @return whether they were other than this
   */
  boolean change(int station, DeviceTree tree) throws IOException {
    return !pipes.apply(port(station), tree).isEmpty();
  }

  /** Takes a node's port away, and its door with it. */
  void unplug(int station) throws IOException {
    inside(
        () -> {
          Veths.delete(port(station));
          return null;
        });
  }

  private static String port(int station) {
    return "n" + station;
  }

  private <T> T inside(Callable<T> work) throws IOException {
    return NetworkNamespaces.inside(path().toString(), work);
  }

  /** Lets go of the namespace, as this process does when it ends. */
  @Override
  public void close() throws IOException {
    pipes.close();
    namespace.close();
  }
}
