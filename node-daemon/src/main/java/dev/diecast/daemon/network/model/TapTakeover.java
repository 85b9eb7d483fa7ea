package dev.diecast.daemon.network.model;

import dev.diecast.daemon.linux.Bridges;
import dev.diecast.daemon.linux.NetworkNamespaces;
import dev.diecast.daemon.linux.Veths;
import dev.diecast.daemon.record.OwnedTap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * Takes a VM's tap device out of the bridge in which virt-launcher put it, into one of ours that
 * leads to an engine. So nothing gets past the pipes; and the kernel, which hands frames from
 * bridge to tap, fills in checksums and cuts up what is longer than the MTU, since what leads out
 * of ours has no offloads.
 *
 * <p>What leads out of it, a tap or a veth, lives as long as the engine that it leads to, the
 * bridge as long as the namespace. Every step may be taken again, and {@link #undo} works after any
 * of them.
 *
 * <p>Source of the names: KubeVirt, pkg/network/namescheme and pkg/network/link: {@code tap0} and
 * {@code k6t-eth0} of the pod network, {@code tap<h>} and {@code k6t-<h>} of others.
 */
final class TapTakeover {
  static final String BRIDGE = "diecast-br";
  static final String TAP = "diecast-tap";
  static final String LINK = "diecast-link";

  private final Path namespace;
  private final String device;
  private final Consumer<Step> taken;

  /** What is done, in this order; undoing begins with Released. */
  enum Step {
    BridgeMade,
    BridgeMuted,
    BridgeUp,
    DoorOpened,
    DoorMuted,
    DoorInBridge,
    DoorUp,
    LeftLauncher,
    Joined,
    Sized,
    Released,
    Returned,
    SizedBack,
    DoorRemoved,
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

  /** By which frames get from our bridge to an engine. */
  interface Door {
    /** Name of the device: {@link #TAP} or {@link #LINK}. */
    String device();

    /** Makes the device, in the namespace of a path. */
    void open(Path namespace) throws IOException;

    /** It is in our bridge and still down; called in the namespace. */
    default void teach() throws IOException {}
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

  /** Whether the VM's frames come to the door, and go nowhere else. */
  boolean isInForce(Door door) throws IOException {
    return inside(() -> Bridges.isIn(BRIDGE, device) && Bridges.isIn(BRIDGE, door.device()));
  }

  /**
   * @param before how it was, which is on record
   */
  void take(OwnedTap before, int mtuBytes, Door door) throws IOException {
    inside(
        () -> {
          // A predecessor's goes by itself, but when the kernel has time.
          Veths.delete(LINK);
          Bridges.create(BRIDGE);
          taken.accept(Step.BridgeMade);
          Bridges.mute(BRIDGE);
          taken.accept(Step.BridgeMuted);
          Bridges.up(BRIDGE);
          taken.accept(Step.BridgeUp);
          return null;
        });
    door.open(namespace);
    taken.accept(Step.DoorOpened);
    inside(
        () -> {
          Bridges.withoutIpv6(door.device());
          taken.accept(Step.DoorMuted);
          Bridges.mtu(door.device(), mtuBytes);
          if (!Bridges.isIn(BRIDGE, door.device())) {
            Bridges.add(BRIDGE, door.device());
          }
          door.teach();
          taken.accept(Step.DoorInBridge);
          Bridges.up(door.device());
          taken.accept(Step.DoorUp);
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
          Veths.delete(LINK);
          taken.accept(Step.DoorRemoved);
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
