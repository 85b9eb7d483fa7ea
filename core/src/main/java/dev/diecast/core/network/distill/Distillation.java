package dev.diecast.core.network.distill;

import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.route.RouterGraph;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much of a topology's inside is emulated, and how much is collapsed into a mesh of pipes.
 *
 * <p>Source: Vahdat et al., "Scalability and Accuracy in a Large-Scale Network Emulator", OSDI
 * 2002, section 4.1.
 */
public sealed interface Distillation {

  /** Every link is emulated: the most accurate and the most costly. */
  record HopByHop() implements Distillation {
    @Override
    public String toString() {
      return "hop-by-hop";
    }
  }

  /** One pipe for each pair of virtual nodes: no contention within the network at all. */
  record EndToEnd() implements Distillation {
    @Override
    public String toString() {
      return "end-to-end";
    }
  }

  /**
   * The first links from the edge are emulated; what lies within is a mesh.
   *
   * @param hops links from each virtual node inwards, its access link included; at least 1. With 1
   *     this is last-mile distillation
   */
  record WalkIn(int hops) implements Distillation {
    public WalkIn {
      requireAtLeastOne("walk-in", hops);
    }

    @Override
    public String toString() {
      return "walk-in:" + hops;
    }
  }

  /**
   * As walk-in; and the links about the topological centre are emulated too, for cores that are
   * themselves the bottleneck.
   *
   * @param hops as of {@link WalkIn}
   * @param coreHops links from the centre outwards, at least 1
   */
  record WalkOut(int hops, int coreHops) implements Distillation {
    public WalkOut {
      requireAtLeastOne("walk-out", hops);
      requireAtLeastOne("walk-out", coreHops);
    }

    @Override
    public String toString() {
      return "walk-out:" + hops + "," + coreHops;
    }
  }

  private static void requireAtLeastOne(String mode, int hops) {
    if (hops < 1) {
      throw new TopologyException(
          "%s of %d hops: write at least 1 (end-to-end emulates no hop)".formatted(mode, hops));
    }
  }

  /**
   * Reads {@code hop-by-hop}, {@code end-to-end}, {@code walk-in:1} or {@code walk-out:1,1}.
   *
   * @throws TopologyException with what is accepted
   */
  static Distillation parse(String text) {
    Matcher matcher =
        Pattern.compile(
                "(hop-by-hop|end-to-end|last-mile)|walk-in:(\\d{1,5})|walk-out:(\\d{1,5}),(\\d{1,5})")
            .matcher(text.strip());
    if (!matcher.matches()) {
      throw new TopologyException(
          ("\"%s\" is no distillation: write hop-by-hop, end-to-end, walk-in:HOPS (last-mile is"
                  + " walk-in:1) or walk-out:HOPS,CORE-HOPS")
              .formatted(text));
    }
    if (matcher.group(2) != null) {
      return new WalkIn(Integer.parseInt(matcher.group(2)));
    }
    if (matcher.group(3) != null) {
      return new WalkOut(Integer.parseInt(matcher.group(3)), Integer.parseInt(matcher.group(4)));
    }
    return switch (matcher.group(1)) {
      case "hop-by-hop" -> new HopByHop();
      case "end-to-end" -> new EndToEnd();
      default -> new WalkIn(1);
    };
  }

  /**
   * The pipe graph.
   *
   * @throws TopologyException where it would have more than 2^31 - 1 pipes
   */
  default DistilledNetwork distill(AttachedNetwork network) {
    RouterGraph graph = RouterGraph.of(network.topology());
    return switch (this) {
      case EndToEnd endToEnd -> EndToEndMesh.of(network, graph);
      case HopByHop hopByHop -> CollapsedInterior.hopByHop(network, graph);
      case WalkIn walkIn ->
          CollapsedInterior.of(
              this, network, graph, new Frontiers(network, graph).interior(walkIn.hops()));
      case WalkOut walkOut ->
          CollapsedInterior.of(
              this,
              network,
              graph,
              new Frontiers(network, graph).interior(walkOut.hops(), walkOut.coreHops()));
    };
  }
}
