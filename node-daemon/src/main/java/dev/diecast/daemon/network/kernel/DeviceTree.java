package dev.diecast.daemon.network.kernel;

import dev.diecast.core.pipe.HostPipe;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is to be on a device: a pipe for each destination, and one for what goes elsewhere, where
 * there is such. Frames without a pipe pass as they are.
 *
 * @param leaves by the minor number of their class, from 1
 */
public record DeviceTree(List<Leaf> leaves) {
  /** Of our qdisc's handle, {@code dc0:}; others' begin elsewhere. */
  static final int MAJOR = 0xdc0;

  /** Of netem's handles: {@code e001:} is that of class 1. */
  static final int LEAF_MAJOR = 0xe000;

  /** Up to {@code fffe:}; {@code ffff:} is the kernel's, for what comes in. */
  static final int MOST_LEAVES = 0x1ffe;

  /** Of our filters. */
  static final int IPV4_PREFERENCE = 0xdc0;

  static final int IPV6_PREFERENCE = 0xdc1;

  /**
   * @param destinations IPv4 and IPv6 addresses as text; empty: all that have no leaf of their own
   */
  public record Leaf(KernelPipe pipe, List<String> destinations) {
    public Leaf {
      destinations = destinations.stream().map(TcState::canonical).toList();
    }
  }

  public DeviceTree {
    leaves = List.copyOf(leaves);
    if (leaves.size() > MOST_LEAVES) {
      throw new IllegalArgumentException(
          "%d destinations: the kernel's tree on a device has room for %d; take the engine core"
              .formatted(leaves.size(), MOST_LEAVES));
    }
    if (leaves.stream().filter(leaf -> leaf.destinations().isEmpty()).count() > 1) {
      throw new IllegalArgumentException("there is one pipe for all else at most");
    }
    Set<String> seen = new HashSet<>();
    for (Leaf leaf : leaves) {
      for (String destination : leaf.destinations()) {
        if (!seen.add(destination)) {
          throw new IllegalArgumentException(
              "%s is the destination of two pipes: give each address one".formatted(destination));
        }
      }
    }
  }

  /** All frames through one pipe. */
  public static DeviceTree of(HostPipe pipe) {
    return new DeviceTree(List.of(new Leaf(KernelPipe.of(pipe), List.of())));
  }

  /** The class of what has no leaf of its own; 0, which is past all classes, where none is. */
  int otherwise() {
    for (int i = 0; i < leaves.size(); i++) {
      if (leaves.get(i).destinations().isEmpty()) {
        return i + 1;
      }
    }
    return 0;
  }

  /** Class minors of the leaves, in order. */
  List<Integer> minors() {
    List<Integer> minors = new ArrayList<>();
    for (int i = 1; i <= leaves.size(); i++) {
      minors.add(i);
    }
    return minors;
  }
}
