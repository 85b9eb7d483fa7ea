package dev.diecast.daemon.network.model;

import dev.diecast.daemon.linux.Bridges;
import dev.diecast.daemon.linux.NetworkNamespaces;
import dev.diecast.daemon.network.PortSpec;
import dev.diecast.daemon.record.OwnedTap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * Takes a VM's tap device out of the bridge in which virt-launcher put it, into one with a tap of
 * ours. So nothing gets past the pipes; and the kernel, which hands frames from bridge to tap,
 * fills in checksums and cuts up what is longer than the MTU, since our tap has no offloads.
 *
 * <p>Our tap lives as long as the descriptor, the bridge as long as the namespace. Every step may
 * be taken again, and {@link #undo} works after any of them.
 *
 * <p>Source of the names: KubeVirt, pkg/network/namescheme and pkg/network/link: {@code tap0} and
 * {@code k6t-eth0} of the pod network, {@code tap<h>} and {@code k6t-<h>} of others.
 */
final class TapTakeover {
  static final String BRIDGE = "diecast-br";
  static final String TAP = "diecast-tap";

  private final Path namespace;
  private final String device;
  private final Consumer<Step> taken;

  /** What is done, in this order; undoing begins with Released. */
  enum Step {
    BridgeMade,
    BridgeMuted,
    BridgeUp,
    TapOpened,
    TapMuted,
    TapInBridge,
    TapUp,
    LeftLauncher,
    Joined,
    Sized,
    Released,
    Returned,
    SizedBack,
    BridgeDown,
    BridgeRemoved
  }

  /**
   * @param taken told of each step that has been taken
   */
  TapTakeover(Path namespace, String device, Consumer<Step> taken) {
    this.namespace = namespace;
    this.device = device;
    this.taken = taken;
  }

  /** Opens a port in the namespace of the thread that runs it. */
  @FunctionalInterface
  interface Opening {
    void open(PortSpec spec) throws IOException;
  }

  /**
   * How things are before anything is done.
   *
   * @param number of the namespace
   * @throws IOException where the tap is in no bridge of KubeVirt's, or rights are missing
   */
  OwnedTap look(long number) throws IOException {
    String bridge = launchersBridge();
    return inside(
        () -> {
          // One that is with us already was with the launcher, whose bridge has its MTU.
          boolean ours = Bridges.isIn(BRIDGE, device);
          if (!ours && !Bridges.isIn(bridge, device)) {
            throw new IOException(
                "%s is not in virt-launcher's bridge %s: the interface needs binding masquerade"
                    .formatted(device, bridge));
          }
          int mtu = Bridges.mtu(ours && Bridges.exists(bridge) ? bridge : device);
          return new OwnedTap(number, device, bridge, mtu);
        });
  }

  /** Whether the VM's frames come to our tap, and go nowhere else. */
  boolean isInForce() throws IOException {
    return inside(() -> Bridges.isIn(BRIDGE, device) && Bridges.isIn(BRIDGE, TAP));
  }

  /**
   * @param before how it was, which is on record
   */
  void take(OwnedTap before, int mtuBytes, Opening opening) throws IOException {
    inside(
        () -> {
          Bridges.create(BRIDGE);
          taken.accept(Step.BridgeMade);
          Bridges.mute(BRIDGE);
          taken.accept(Step.BridgeMuted);
          Bridges.up(BRIDGE);
          taken.accept(Step.BridgeUp);
          return null;
        });
    opening.open(new PortSpec.NamespacedTap(namespace, TAP));
    taken.accept(Step.TapOpened);
    inside(
        () -> {
          Bridges.withoutIpv6(TAP);
          taken.accept(Step.TapMuted);
          Bridges.mtu(TAP, mtuBytes);
          if (!Bridges.isIn(BRIDGE, TAP)) {
            Bridges.add(BRIDGE, TAP);
          }
          taken.accept(Step.TapInBridge);
          Bridges.up(TAP);
          taken.accept(Step.TapUp);
          move(before.bridge(), BRIDGE, Step.LeftLauncher, Step.Joined);
          Bridges.mtu(device, mtuBytes);
          taken.accept(Step.Sized);
          return null;
        });
  }

  /** Puts everything back as it was. */
  void undo(OwnedTap before) throws IOException {
    inside(
        () -> {
          if (Bridges.exists(device) && Bridges.exists(before.bridge())) {
            move(BRIDGE, before.bridge(), Step.Released, Step.Returned);
            Bridges.mtu(device, before.mtuBytes());
            taken.accept(Step.SizedBack);
          }
          if (Bridges.exists(BRIDGE)) {
            Bridges.down(BRIDGE);
            taken.accept(Step.BridgeDown);
            Bridges.delete(BRIDGE);
            taken.accept(Step.BridgeRemoved);
          }
          return null;
        });
  }

  /** From one bridge to another; it may be in neither. */
  private void move(String from, String to, Step left, Step joined) throws IOException {
    if (Bridges.isIn(from, device)) {
      Bridges.remove(from, device);
    }
    taken.accept(left);
    if (!Bridges.isIn(to, device)) {
      Bridges.add(to, device);
    }
    taken.accept(joined);
  }

  private String launchersBridge() {
    return device.equals("tap0") || !device.startsWith("tap")
        ? "k6t-eth0"
        : "k6t-" + device.substring("tap".length());
  }

  private <T> T inside(Callable<T> work) throws IOException {
    return NetworkNamespaces.inside(namespace.toString(), work);
  }
}
