package dev.diecast.standalone.cli.run;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.standalone.cli.session.Refusal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A command line for nodes of a model.
 *
 * @param where a group, for all of its nodes, or a node as {@code <group>-<index>}
 * @param command for the node's shell
 */
record NodeCommand(String where, String command) {
  private static final Pattern FORM = Pattern.compile("([a-z0-9-]+):\\s*(\\S.*)", Pattern.DOTALL);

  /**
   * What is to be run in which node.
   *
   * @param option they were given by, such as {@code --load}
   * @param texts each {@code NODE: COMMAND}
   * @param groups of the model
   * @return commands by {@code <group>-<index>}
   * @throws Refusal where one has another form, names no node, or a node has two
   */
  static Map<String, String> byNode(String option, List<String> texts, List<NodeGroup> groups) {
    Map<String, String> byNode = new TreeMap<>();
    for (String text : texts) {
      NodeCommand command = parse(option, text);
      for (String node : command.nodes(option, groups)) {
        // A guest's agent runs one after the other, so that two would not run at once.
        if (byNode.put(node, command.command) != null) {
          throw new Refusal(
              "%s: two commands are for %s: write one, which starts both".formatted(option, node));
        }
      }
    }
    return byNode;
  }

  private static NodeCommand parse(String option, String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new Refusal(
          "%s: \"%s\" is not NODE: COMMAND, such as \"client-0: wrk -d 10s http://web-0/\""
              .formatted(option, text));
    }
    return new NodeCommand(matcher.group(1), matcher.group(2).strip());
  }

  private List<String> nodes(String option, List<NodeGroup> groups) {
    List<String> found =
        groups.stream()
            .flatMap(
                group ->
                    IntStream.range(0, group.replicas())
                        .mapToObj(index -> Api.hostName(group.name(), index))
                        .filter(node -> where.equals(group.name()) || where.equals(node)))
            .toList();
    if (found.isEmpty()) {
      throw new Refusal(
          "%s: the model has neither a group nor a node %s; its groups are %s, their nodes %s"
              .formatted(
                  option,
                  where,
                  String.join(", ", groups.stream().map(NodeGroup::name).toList()),
                  "<group>-0 and so on"));
    }
    return found;
  }
}
