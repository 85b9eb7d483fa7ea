package dev.diecast.core.placement;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Where all nodes go, or why they do not fit. */
public sealed interface PlacementOutcome {

  /**
   * Every node has a host.
   *
   * @param hostByNode sorted by node
   * @param usedByHost what the nodes of this placement use of each offered host, sorted by host
   * @param moved pinned nodes that could not stay
   */
  record Placed(
      Map<String, String> hostByNode,
      Map<String, ResourceVector> usedByHost,
      Binding binding,
      List<Move> moved)
      implements PlacementOutcome {

    public Placed {
      hostByNode = Collections.unmodifiableMap(new TreeMap<>(hostByNode));
      usedByHost = Collections.unmodifiableMap(new TreeMap<>(usedByHost));
      moved = List.copyOf(moved);
    }

    public Placed(
        Map<String, String> hostByNode, Map<String, ResourceVector> usedByHost, Binding binding) {
      this(hostByNode, usedByHost, binding, List.of());
    }
  }

  /**
   * A pinned node that could not stay.
   *
   * @param full the resource that its host lacks; empty where the host is not offered
   */
  record Move(String node, String fromHost, String toHost, Optional<Resource> full) {

    /** Such as {@code node web-3 moves from w1 to w2: w1 is short of memory}. */
    public String message() {
      return "node %s moves from %s to %s: %s"
          .formatted(
              node,
              fromHost,
              toHost,
              full.map(resource -> fromHost + " is short of " + resource.displayName())
                  .orElse(fromHost + " is no longer offered"));
    }
  }

  /** Not every node has a host; nothing is placed. */
  record DoesNotFit(List<Shortfall> shortfalls) implements PlacementOutcome {
    public DoesNotFit {
      shortfalls = List.copyOf(shortfalls);
    }

    /** All reasons, one after the other. */
    public String message() {
      return shortfalls.isEmpty()
          ? "no placement was found"
          : String.join("; ", shortfalls.stream().map(Shortfall::message).toList());
    }
  }
}
