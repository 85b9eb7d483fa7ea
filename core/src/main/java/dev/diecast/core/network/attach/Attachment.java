package dev.diecast.core.network.attach;

import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.topology.LinkDefaults;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which nodes of the topology the nodes of a group hang on, and by what link.
 *
 * @param replicas 1 to {@link AttachedNetwork#MAXIMUM_VIRTUAL_NODES}
 */
public record Attachment(
    String group, int replicas, Places places, LinkDefaults.Attributes access) {

  /** How places are chosen for the nodes of a group. */
  public sealed interface Places {}

  /** These nodes, by id or label, one after the other and again from the first. */
  public record Listed(List<String> nodes) implements Places {
    public Listed {
      nodes = List.copyOf(nodes);
      if (nodes.isEmpty()) {
        throw new TopologyException("a list of places needs at least one node");
      }
    }
  }

  /** The topology's stub nodes where it knows any, else all its nodes, in order. */
  public record RoundRobin() implements Places {}

  /** Of the same nodes as {@link RoundRobin}, each with the same chance. */
  public record AtRandom(long seed) implements Places {}

  private static final Pattern GROUP = Pattern.compile("[a-z]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern COUNTED =
      Pattern.compile("([0-9]{1,9})(?:@(?:(round-robin)|random:(-?[0-9]{1,18})|(.+)))?");

  private static final String FORMS =
      "write GROUP=COUNT, GROUP=COUNT@random:SEED, GROUP=COUNT@NODE,NODE or GROUP=NODE,NODE";

  public Attachment {
    Objects.requireNonNull(places);
    Objects.requireNonNull(access);
    if (!GROUP.matcher(group).matches()) {
      throw new TopologyException(
          "\"%s\" is no name of a group: write lower case letters, digits and hyphens"
              .formatted(group));
    }
    if (replicas < 1 || replicas > AttachedNetwork.MAXIMUM_VIRTUAL_NODES) {
      throw new TopologyException(
          "group %s has %d nodes: write 1 to %d"
              .formatted(group, replicas, AttachedNetwork.MAXIMUM_VIRTUAL_NODES));
    }
  }

  /**
   * Reads {@code web=10} (round robin), {@code web=10@random:7}, {@code web=10@n1,n2}, or {@code
   * web=n1,n2} (one node of the group on each).
   *
   * @throws TopologyException with what is accepted
   */
  public static Attachment parse(String text, LinkDefaults.Attributes access) {
    int equals = text.indexOf('=');
    if (equals < 1 || equals == text.length() - 1) {
      throw new TopologyException("\"%s\" is no attachment: %s".formatted(text, FORMS));
    }
    String group = text.substring(0, equals).strip();
    String places = text.substring(equals + 1).strip();
    Matcher counted = COUNTED.matcher(places);
    if (counted.matches()) {
      return new Attachment(group, Integer.parseInt(counted.group(1)), places(counted), access);
    }
    if (places.contains("@")) {
      throw new TopologyException("\"%s\" is no attachment: %s".formatted(text, FORMS));
    }
    List<String> nodes = list(places);
    return new Attachment(group, nodes.size(), new Listed(nodes), access);
  }

  private static Places places(Matcher counted) {
    if (counted.group(3) != null) {
      return new AtRandom(Long.parseLong(counted.group(3)));
    }
    return counted.group(4) != null ? new Listed(list(counted.group(4))) : new RoundRobin();
  }

  private static List<String> list(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }
}
