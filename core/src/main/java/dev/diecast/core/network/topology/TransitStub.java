package dev.diecast.core.network.topology;

import dev.diecast.core.network.TopologyException;
import java.util.Optional;
import java.util.Random;

/**
 * Transit domains whose nodes carry stub domains. Domains are random connected graphs; delays lie
 * between a half and one and a half of the default of a link's class.
 *
 * <p>Source: Zegura, Calvert, Bhattacharjee, "How to Model an Internetwork", INFOCOM 1996 (GT-ITM).
 *
 * @param transitDomains at least 1
 * @param transitNodes in each transit domain, at least 1
 * @param stubsPerTransitNode stub domains that hang on each transit node, at least 1
 * @param stubNodes in each stub domain, at least 1
 */
public record TransitStub(
    int transitDomains, int transitNodes, int stubsPerTransitNode, int stubNodes, long seed)
    implements Generator {

  /** Links beyond a spanning tree, per node of a domain. */
  private static final double EXTRA_LINKS = 0.5;

  public TransitStub {
    if (transitDomains < 1 || transitNodes < 1 || stubsPerTransitNode < 1 || stubNodes < 1) {
      throw new TopologyException("transit-stub: write four numbers of at least 1");
    }
    long nodes =
        (long) transitDomains * transitNodes * (1 + (long) stubsPerTransitNode * stubNodes);
    if (nodes > Topology.MAXIMUM_NODES) {
      throw new TopologyException(
          "transit-stub: these are %d nodes, at most %d are handled"
              .formatted(nodes, Topology.MAXIMUM_NODES));
    }
  }

  @Override
  public Topology generate(LinkDefaults defaults) {
    return new Drawing(this, defaults).draw();
  }

  /** One run of the generator. */
  private static final class Drawing {
    private final TransitStub plan;
    private final LinkDefaults defaults;
    private final Random random;
    private final GraphDraft draft;

    Drawing(TransitStub plan, LinkDefaults defaults) {
      this.plan = plan;
      this.defaults = defaults;
      random = new Random(plan.seed);
      draft =
          new GraphDraft(
              "transit-stub of %d x %d transit nodes, seed %d"
                  .formatted(plan.transitDomains, plan.transitNodes, plan.seed));
    }

    Topology draw() {
      for (int domain = 0; domain < plan.transitDomains; domain++) {
        domain(plan.transitNodes, "t", NodeKind.TRANSIT);
      }
      joinDomains();
      int transit = plan.transitDomains * plan.transitNodes;
      for (int node = 0; node < transit; node++) {
        for (int stub = 0; stub < plan.stubsPerTransitNode; stub++) {
          int first = domain(plan.stubNodes, "s", NodeKind.STUB);
          link(node, first + random.nextInt(plan.stubNodes), NodeKind.STUB);
        }
      }
      return draft.build(defaults);
    }

    /** A random connected graph; returns its first node, the others follow. */
    private int domain(int nodes, String prefix, NodeKind kind) {
      int first = draft.size();
      for (int i = 0; i < nodes; i++) {
        draft.node(prefix + draft.size(), kind);
        if (i > 0) {
          link(first + random.nextInt(i), first + i, kind);
        }
      }
      for (int extra = 0; extra < (int) (EXTRA_LINKS * nodes); extra++) {
        int a = random.nextInt(nodes);
        int b = random.nextInt(nodes);
        if (a != b) {
          link(first + a, first + b, kind);
        }
      }
      return first;
    }

    /** Each domain is linked with one before it, and once more with any. */
    private void joinDomains() {
      for (int domain = 1; domain < plan.transitDomains; domain++) {
        link(transitNode(random.nextInt(domain)), transitNode(domain), NodeKind.TRANSIT);
        int other = random.nextInt(plan.transitDomains);
        if (other != domain) {
          link(transitNode(other), transitNode(domain), NodeKind.TRANSIT);
        }
      }
    }

    private int transitNode(int domain) {
      return domain * plan.transitNodes + random.nextInt(plan.transitNodes);
    }

    private void link(int a, int b, NodeKind kind) {
      LinkDefaults.Attributes ofClass = defaults.of(kind == NodeKind.STUB);
      long half = ofClass.delayNanos() / 2;
      long delay = half + (half == 0 ? 0 : random.nextLong(2 * half));
      draft.edge(
          a,
          b,
          new GivenAttributes(
              Optional.of(ofClass.bitsPerSecond()),
              Optional.of(delay),
              Optional.empty(),
              Optional.empty()));
    }
  }
}
