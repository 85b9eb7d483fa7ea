package dev.diecast.daemon.network.kernel;

import dev.diecast.core.pipe.HostPipe;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What is to be on a device: a pipe for each destination or for each mark, and one for all else,
 * where there is such. Frames without a pipe pass as they are.
 *
 * @param leaves by the minor number of their class, from 1
 * @param otherwise class of what has no leaf of its own; 0, which is past all classes, where none
 *     is
 */
public record DeviceTree(List<Leaf> leaves, int otherwise) {
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
   * @param destinations IPv4 and IPv6 addresses as text; empty: what is marked for it, or all that
   *     have no leaf of their own
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
          "%d destinations: the kernel's tree on a device has room for %d; take engine Core"
              .formatted(leaves.size(), MOST_LEAVES));
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

  /**
   * A pipe for each destination.
   *
   * @param leaves one without destinations at most: that for all else
   */
  public DeviceTree(List<Leaf> leaves) {
    this(leaves, elsewhere(leaves));
  }

  private static int elsewhere(List<Leaf> leaves) {
    List<Integer> without =
        IntStream.range(0, leaves.size())
            .filter(i -> leaves.get(i).destinations().isEmpty())
            .mapToObj(i -> i + 1)
            .toList();
    if (without.size() > 1) {
      throw new IllegalArgumentException("there is one pipe for all else at most");
    }
    return without.isEmpty() ? 0 : without.getFirst();
  }

  /**
   * A pipe for each mark that {@link KernelPipes#mark} puts on frames; what bears none of them is
   * lost.
   *
   * @param pipes by mark, from 0
   */
  public static DeviceTree byMark(List<KernelPipe> pipes) {
    List<Leaf> leaves = new ArrayList<>();
    leaves.add(new Leaf(KernelPipe.NOTHING, List.of()));
    pipes.forEach(pipe -> leaves.add(new Leaf(pipe, List.of())));
    return new DeviceTree(leaves, 1);
  }

  /** The class of what bears a mark. */
  static int minorOfMark(int mark) {
    return mark + 2;
  }

  /** All frames through one pipe. */
  public static DeviceTree of(HostPipe pipe) {
    return new DeviceTree(List.of(new Leaf(KernelPipe.of(pipe), List.of())));
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
