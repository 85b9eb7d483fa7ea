package dev.diecast.core.network.topology;

import dev.diecast.core.network.TopologyException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A topology made by rule. The same parameters and seed give the same topology everywhere. */
public sealed interface Generator
    permits Generator.Star, Generator.Ring, Generator.Tree, TransitStub {

  /**
   * @throws TopologyException where the topology would be larger than is handled
   */
  Topology generate(LinkDefaults defaults);

  /**
   * A hub and nodes around it.
   *
   * @param leaves at least 1
   */
  record Star(int leaves) implements Generator {
    public Star {
      require("leaves of a star", leaves, 1);
    }

    @Override
    public Topology generate(LinkDefaults defaults) {
      GraphDraft draft = new GraphDraft("star of " + leaves);
      int hub = draft.node("hub", NodeKind.TRANSIT);
      for (int leaf = 0; leaf < leaves; leaf++) {
        draft.edge(hub, draft.node("n" + leaf, NodeKind.STUB));
      }
      return draft.build(defaults);
    }
  }

  /**
   * A closed ring.
   *
   * @param nodes at least 3
   */
  record Ring(int nodes) implements Generator {
    public Ring {
      require("nodes of a ring", nodes, 3);
    }

    @Override
    public Topology generate(LinkDefaults defaults) {
      GraphDraft draft = new GraphDraft("ring of " + nodes);
      for (int node = 0; node < nodes; node++) {
        draft.node("r" + node, NodeKind.UNKNOWN);
      }
      for (int node = 0; node < nodes; node++) {
        draft.edge(node, (node + 1) % nodes);
      }
      return draft.build(defaults);
    }
  }

  /**
   * A tree in which all leaves are equally deep.
   *
   * @param fanout children of each inner node, at least 1
   * @param depth links from root to leaf, at least 1
   */
  record Tree(int fanout, int depth) implements Generator {
    public Tree {
      require("fan-out of a tree", fanout, 1);
      require("depth of a tree", depth, 1);
    }

    @Override
    public Topology generate(LinkDefaults defaults) {
      GraphDraft draft = new GraphDraft("tree of fan-out " + fanout + ", depth " + depth);
      draft.node("n0", NodeKind.TRANSIT);
      int levelStart = 0;
      for (int level = 1; level <= depth; level++) {
        int levelEnd = draft.size();
        for (int parent = levelStart; parent < levelEnd; parent++) {
          for (int child = 0; child < fanout; child++) {
            NodeKind kind = level == depth ? NodeKind.STUB : NodeKind.TRANSIT;
            draft.edge(parent, draft.node("n" + draft.size(), kind));
          }
        }
        levelStart = levelEnd;
      }
      return draft.build(defaults);
    }
  }

  private static void require(String what, int value, int least) {
    if (value < least) {
      throw new TopologyException("%s: %d given, write at least %d".formatted(what, value, least));
    }
  }

  /** What {@link #parse} reads: a generator and how many virtual nodes hang on each place. */
  record Parsed(Generator generator, int virtualNodesEach) {}

  /**
   * Reads {@code star:20}, {@code ring:20}, {@code tree:3,4} (fan-out, depth), {@code
   * transit-stub:4,5,7,7} (transit domains, nodes in each, stub domains of each transit node, nodes
   * in each), and behind them {@code xN} for N virtual nodes at each place and {@code @SEED}, such
   * as {@code ring:20x20}.
   *
   * @throws TopologyException with what is accepted
   */
  static Parsed parse(String text) {
    Pattern syntax =
        Pattern.compile(
            "([a-z-]+):([0-9]{1,5}(?:,[0-9]{1,5})*)(?:x([0-9]{1,5}))?(?:@(-?[0-9]{1,18}))?");
    Matcher matcher = syntax.matcher(text.strip());
    if (!matcher.matches()) {
      throw unknown(text);
    }
    int[] sizes = Arrays.stream(matcher.group(2).split(",")).mapToInt(Integer::parseInt).toArray();
    long seed = matcher.group(4) == null ? 1 : Long.parseLong(matcher.group(4));
    int each = matcher.group(3) == null ? 1 : Integer.parseInt(matcher.group(3));
    require("virtual nodes at each place", each, 1);
    Generator generator =
        switch (matcher.group(1) + "/" + sizes.length) {
          case "star/1" -> new Star(sizes[0]);
          case "ring/1" -> new Ring(sizes[0]);
          case "tree/2" -> new Tree(sizes[0], sizes[1]);
          case "transit-stub/4" -> new TransitStub(sizes[0], sizes[1], sizes[2], sizes[3], seed);
          default -> throw unknown(text);
        };
    return new Parsed(generator, each);
  }

  private static TopologyException unknown(String text) {
    return new TopologyException(
        ("\"%s\" is no generator: write star:LEAVES, ring:NODES, tree:FANOUT,DEPTH or"
                + " transit-stub:DOMAINS,NODES,STUBS,NODES, then xN for N virtual nodes at each"
                + " place, then @SEED")
            .formatted(text));
  }
}
