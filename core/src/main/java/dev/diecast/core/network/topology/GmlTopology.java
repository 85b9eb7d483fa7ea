package dev.diecast.core.network.topology;

import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.gml.GmlEntry;
import dev.diecast.core.network.gml.GmlReader;
import dev.diecast.core.network.gml.GmlValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a topology from GML: every graph of the Internet Topology Zoo (Knight et al., IEEE JSAC
 * 2011), and what other tools write. Oddities that leave no doubt are handled and noted; what
 * leaves one is refused with its line.
 */
public final class GmlTopology {

  private final Notices notices = new Notices();
  private final Map<String, Integer> nodeLines = new HashMap<>();
  private final List<TopologyNode> nodes = new ArrayList<>();
  private final List<EdgeDraft> edges = new ArrayList<>();
  private String name = "";
  private boolean directed;

  private GmlTopology() {}

  /**
   * @param text GML, at most {@link GmlReader#MAXIMUM_CHARACTERS} characters
   * @throws TopologyException with the line where the text is no GML or describes no topology
   */
  public static Topology read(CharSequence text, LinkDefaults defaults) {
    GmlTopology reader = new GmlTopology();
    GmlReader.readGraph(text, reader::take);
    if (reader.nodes.isEmpty()) {
      throw new TopologyException("the graph has no nodes: it needs at least one node [ id ... ]");
    }
    List<Link> links =
        new LinkBuilder(reader.nodes, reader.edges, reader.directed, defaults, reader.notices)
            .build();
    return new Topology(reader.name, reader.nodes, links, reader.notices.toList());
  }

  private void take(GmlEntry entry) {
    if (entry.is("node")) {
      takeNode(entry);
    } else if (entry.is("edge")) {
      takeEdge(entry);
    } else if (entry.is("directed")) {
      directed = scalar(entry).filter(value -> !value.equals("0")).isPresent();
    } else if (entry.is("label") || (entry.is("Network") && name.isEmpty())) {
      name = scalar(entry).orElse(name);
    }
  }

  private void takeNode(GmlEntry node) {
    List<GmlEntry> entries = items(node);
    String id = required(node, entries, "id");
    Integer earlier = nodeLines.putIfAbsent(id, node.line());
    if (earlier != null) {
      notices.add(
          "nodes that are there already",
          "line %d: node %s is there already (line %d): the first one counts"
              .formatted(node.line(), id, earlier));
      return;
    }
    if (nodes.size() == Topology.MAXIMUM_NODES) {
      throw TopologyException.at(
          node.line(),
          node.column(),
          "more than %d nodes: no more are handled".formatted(Topology.MAXIMUM_NODES));
    }
    String label = value(entries, "label").filter(text -> !text.isBlank()).orElse(id);
    nodes.add(new TopologyNode(nodes.size(), id, label, kind(entries), location(entries)));
  }

  private void takeEdge(GmlEntry edge) {
    List<GmlEntry> entries = items(edge);
    if (edges.size() == Topology.MAXIMUM_LINKS) {
      throw TopologyException.at(
          edge.line(),
          edge.column(),
          "more than %d edges: no more are handled".formatted(Topology.MAXIMUM_LINKS));
    }
    String source = required(edge, entries, "source");
    String target = required(edge, entries, "target");
    if (source.equals(target)) {
      notices.add(
          "self-loops",
          "line %d: the edge joins node %s with itself: left out, no route would use it"
              .formatted(edge.line(), source));
      return;
    }
    edges.add(new EdgeDraft(source, target, edge.line(), EdgeAttributes.read(entries, notices)));
  }

  private static NodeKind kind(List<GmlEntry> entries) {
    String type = value(entries, "type").orElse("");
    if (type.equalsIgnoreCase("transit")) {
      return NodeKind.TRANSIT;
    }
    return type.equalsIgnoreCase("stub") || type.equalsIgnoreCase("client")
        ? NodeKind.STUB
        : NodeKind.UNKNOWN;
  }

  private Optional<GeoPoint> location(List<GmlEntry> entries) {
    Optional<GmlEntry> latitude = entry(entries, "Latitude");
    Optional<GmlEntry> longitude = entry(entries, "Longitude");
    if (latitude.isEmpty() || longitude.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new GeoPoint(degrees(latitude.get()), degrees(longitude.get())));
    } catch (IllegalArgumentException unusable) {
      notices.add(
          "unusable coordinates",
          "line %d: the coordinates are not used: %s"
              .formatted(latitude.get().line(), unusable.getMessage()));
      return Optional.empty();
    }
  }

  private static double degrees(GmlEntry entry) {
    if (entry.value() instanceof GmlValue.Number number) {
      return number.value().doubleValue();
    }
    return scalar(entry)
        .filter(text -> text.matches("[+-]?[0-9]{1,3}(\\.[0-9]{1,18})?"))
        .map(Double::parseDouble)
        .orElseThrow(() -> new IllegalArgumentException(entry.key() + " is no number"));
  }

  private static List<GmlEntry> items(GmlEntry entry) {
    if (entry.value() instanceof GmlValue.Items items) {
      return items.entries();
    }
    throw TopologyException.at(
        entry.line(),
        entry.column(),
        "%s is no list: write %s [ ... ]".formatted(entry.key(), entry.key()));
  }

  private static String required(GmlEntry owner, List<GmlEntry> entries, String key) {
    return value(entries, key)
        .filter(text -> !text.isBlank())
        .orElseThrow(
            () ->
                TopologyException.at(
                    owner.line(),
                    owner.column(),
                    "this %s has no %s: write one".formatted(owner.key(), key)));
  }

  private static Optional<String> value(List<GmlEntry> entries, String key) {
    return entry(entries, key).flatMap(GmlTopology::scalar);
  }

  private static Optional<GmlEntry> entry(List<GmlEntry> entries, String key) {
    return entries.stream().filter(entry -> entry.is(key)).findFirst();
  }

  /** Numbers as they are written, but for an exponent and zeros behind the point. */
  private static Optional<String> scalar(GmlEntry entry) {
    return switch (entry.value()) {
      case GmlValue.Text text -> Optional.of(text.value());
      case GmlValue.Number number when Math.abs((long) number.value().scale()) > 40 ->
          Optional.of(number.value().toString());
      case GmlValue.Number number ->
          Optional.of(number.value().stripTrailingZeros().toPlainString());
      case GmlValue.Items items -> Optional.empty();
    };
  }
}
