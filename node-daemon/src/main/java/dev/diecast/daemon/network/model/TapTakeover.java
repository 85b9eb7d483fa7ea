package dev.diecast.daemon.network.model;

import dev.diecast.daemon.linux.Bridges;
import dev.diecast.daemon.linux.NetworkNamespaces;
import dev.diecast.daemon.linux.SystemCallException;
import dev.diecast.daemon.network.PortSpec;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Takes a VM's tap device out of the bridge in which virt-launcher put it, into one with a tap of
 * ours. So nothing gets past the pipes; and the kernel, which hands frames from bridge to tap,
 * fills in checksums and cuts up what is longer than the MTU, since our tap has no offloads.
 *
 * <p>Our tap lives as long as the descriptor, the bridge as long as the namespace. A restarted
 * daemon finds the tap in our bridge and makes only its own tap anew.
 *
 * <p>Source of the names: KubeVirt, pkg/network/namescheme and pkg/network/link: {@code tap0} and
 * {@code k6t-eth0} of the pod network, {@code tap<h>} and {@code k6t-<h>} of others.
 */
final class TapTakeover {
  static final String BRIDGE = "diecast-br";
  static final String TAP = "diecast-tap";

  private final Path namespace;
  private final String device;
  private final int mtuBytes;

  private TapTakeover(Path namespace, String device, int mtuBytes) {
    this.namespace = namespace;
    this.device = device;
    this.mtuBytes = mtuBytes;
  }

  static TapTakeover in(Path namespace, String device, int mtuBytes) {
    return new TapTakeover(namespace, device, mtuBytes);
  }

  /** Opens a port in the namespace of the thread that runs it. */
  @FunctionalInterface
  interface Opening {
    void open(PortSpec spec) throws IOException;
  }

  /**
   * @throws IOException where the tap is in no bridge of KubeVirt's, or rights are missing
   */
  void attach(Opening opening) throws IOException {
    inside(
        () -> {
          Bridges.create(BRIDGE);
          Bridges.up(BRIDGE);
        });
    opening.open(new PortSpec.NamespacedTap(namespace, TAP));
    inside(
        () -> {
          Bridges.mtu(TAP, mtuBytes);
          Bridges.add(BRIDGE, TAP);
          Bridges.up(TAP);
          // Last: until here the VM has what it had.
          if (!Bridges.isIn(BRIDGE, device)) {
            Bridges.remove(launchersBridge(), device);
            Bridges.add(BRIDGE, device);
          }
          Bridges.mtu(device, mtuBytes);
        });
  }

  private String launchersBridge() {
    return device.equals("tap0") ? "k6t-eth0" : "k6t-" + device.substring("tap".length());
  }

  @FunctionalInterface
  private interface Step {
    void run() throws SystemCallException;
  }

  private void inside(Step step) throws IOException {
    NetworkNamespaces.inside(
        namespace.toString(),
        () -> {
          step.run();
          return null;
        });
  }
}
