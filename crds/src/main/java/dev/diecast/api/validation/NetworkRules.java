package dev.diecast.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.api.resources.ModelNetwork;
import dev.diecast.api.resources.NetworkRefusal;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.Engine;
import dev.diecast.api.v1alpha1.LinkAttributes;
import dev.diecast.api.v1alpha1.NetworkAttachment;
import dev.diecast.api.v1alpha1.NetworkDistillation;
import dev.diecast.api.v1alpha1.NetworkLink;
import dev.diecast.api.v1alpha1.NetworkSpec;
import dev.diecast.api.v1alpha1.NetworkTopology;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.Rules;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The network that joins the nodes; what a ConfigMap holds is the operator's to look at. */
final class NetworkRules {

  private static final int LEAST_MTU = 576;
  private static final int MOST_MTU = 9000;
  private static final int LEAST_QUEUE_BYTES = 1514;
  private static final int MOST_QUEUE_BYTES = 1_000_000_000;
  private static final int MOST_QUEUE_PACKETS = 1_000_000;
  private static final Pattern PERCENT = Pattern.compile("[0-9]{1,3}([.][0-9]{1,7})?");
  private static final Pattern DNS_NAME = Pattern.compile(Rules.DNS_NAME);

  static void check(ScaleModelSpec spec, FieldErrors at) {
    NetworkSpec network = spec.network();
    checkTopology(network.topology(), at.at("topology"));
    if (network.linkDefaults() != null) {
      checkAttributes(network.linkDefaults().access(), at.at("linkDefaults").at("access"));
      checkAttributes(network.linkDefaults().transit(), at.at("linkDefaults").at("transit"));
    }
    checkAttributes(network.accessLink(), at.at("accessLink"));
    checkAttachments(spec, at.at("attachments"));
    checkLinks(network.linkChanges(), at.at("linkChanges"));
    checkDistillation(network.distillation(), at.at("distillation"));
    checkEngine(network, at.at("engine"));
    if (network.mtuOrDefault() < LEAST_MTU || network.mtuOrDefault() > MOST_MTU) {
      at.at("mtuBytes")
          .refuse(
              "is %d, and must be from %d to %d"
                  .formatted(network.mtuOrDefault(), LEAST_MTU, MOST_MTU));
    }
    checkTemplates(spec, at);
    if (at.list().isEmpty() && groupsAreWhole(spec)) {
      checkWhole(spec, at);
    }
  }

  /** All of it that no ConfigMap is needed for, by making it. */
  private static void checkWhole(ScaleModelSpec spec, FieldErrors at) {
    try {
      if (spec.network().topology().configMap() == null) {
        ModelNetwork.of(spec, Optional.empty());
      } else {
        ModelNetwork.addresses(spec);
      }
    } catch (NetworkRefusal refusal) {
      FieldErrors field = at;
      for (String part : refusal.field().split("\\.")) {
        field = part.isEmpty() ? field : field.at(part);
      }
      field.refuse(refusal.problem());
    }
  }

  private static boolean groupsAreWhole(ScaleModelSpec spec) {
    return !spec.groups().isEmpty()
        && spec.groups().stream()
            .allMatch(
                group ->
                    group != null
                        && group.name() != null
                        && group.replicas() != null
                        && group.replicas() > 0
                        && group.machine() != null)
        && spec.groups().stream().map(NodeGroup::name).distinct().count() == spec.groups().size();
  }

  private static void checkTopology(NetworkTopology topology, FieldErrors at) {
    if (topology == null) {
      at.refuse("is required: one of configMap, generate and links");
      return;
    }
    int sources =
        (topology.configMap() == null ? 0 : 1)
            + (topology.generate() == null ? 0 : 1)
            + (topology.links().isEmpty() ? 0 : 1);
    if (sources != 1) {
      at.refuse(
          (sources == 0 ? "has none" : "has more than one")
              + " of configMap, generate and links: give one of them");
    }
    if (topology.configMap() != null) {
      String name = topology.configMap().name();
      if (name == null || !DNS_NAME.matcher(name).matches()) {
        at.at("configMap")
            .at("name")
            .refuse("is no name of a ConfigMap: use lower case letters, digits, - and .");
      }
    }
    checkLinks(topology.links(), at.at("links"));
  }

  private static void checkLinks(List<NetworkLink> links, FieldErrors at) {
    for (int i = 0; i < links.size(); i++) {
      NetworkLink link = links.get(i);
      if (link == null) {
        at.at(i).refuse("is empty: give from and to, or take it out");
        continue;
      }
      checkEnd(link.from(), at.at(i).at("from"));
      checkEnd(link.to(), at.at(i).at("to"));
      if (link.from() != null && link.from().equals(link.to())) {
        at.at(i)
            .at("to")
            .refuse("is " + FieldErrors.quote(link.to()) + ", as from is: name another");
      }
      checkAttributes(link.attributes(), at.at(i));
    }
  }

  private static void checkEnd(String end, FieldErrors at) {
    if (end == null || end.isEmpty()) {
      at.refuse("is required: a node of the topology");
    }
  }

  private static void checkAttributes(LinkAttributes link, FieldErrors at) {
    if (link == null) {
      return;
    }
    if (link.bitsPerSecond() != null) {
      MachineRules.positive(link.bitsPerSecond(), "10M", at.at("bitsPerSecond"));
    }
    checkRange(link.delayMicros(), 0, LinkAttributes.MOST_DELAY_MICROS, at.at("delayMicros"));
    String loss = link.lossPercent();
    if (loss != null
        && (!PERCENT.matcher(loss).matches()
            || new java.math.BigDecimal(loss).compareTo(java.math.BigDecimal.valueOf(100)) > 0)) {
      at.at("lossPercent")
          .refuse(FieldErrors.quote(loss) + " is no number from 0 to 100, such as \"0.1\"");
    }
    checkRange(
        link.queuePackets() == null ? null : link.queuePackets().longValue(),
        1,
        MOST_QUEUE_PACKETS,
        at.at("queuePackets"));
    checkRange(link.queueBytes(), LEAST_QUEUE_BYTES, MOST_QUEUE_BYTES, at.at("queueBytes"));
    if (link.queuePackets() != null && link.queueBytes() != null) {
      at.at("queueBytes").refuse("goes in place of queuePackets: leave one of them out");
    }
  }

  private static void checkRange(Long value, long least, long most, FieldErrors at) {
    if (value != null && (value < least || value > most)) {
      at.refuse("is %d, and must be from %d to %d".formatted(value, least, most));
    }
  }

  private static void checkAttachments(ScaleModelSpec spec, FieldErrors at) {
    Set<String> groups =
        spec.groups().stream()
            .filter(group -> group != null && group.name() != null)
            .map(NodeGroup::name)
            .collect(Collectors.toSet());
    Map<String, Integer> first = new HashMap<>();
    List<NetworkAttachment> attachments = spec.network().attachments();
    for (int i = 0; i < attachments.size(); i++) {
      NetworkAttachment attachment = attachments.get(i);
      if (attachment == null || attachment.group() == null) {
        at.at(i).refuse("is empty: give group, or take it out");
        continue;
      }
      if (!groups.contains(attachment.group())) {
        at.at(i)
            .at("group")
            .refuse(
                FieldErrors.quote(attachment.group())
                    + " is no group of the model: name one of spec.groups");
      }
      Integer before = first.putIfAbsent(attachment.group(), i);
      if (before != null) {
        at.at(i)
            .at("group")
            .refuse("stands in attachments[" + before + "] too: attach a group once");
      }
      if (!attachment.nodes().isEmpty() && attachment.randomSeed() != null) {
        at.at(i).at("randomSeed").refuse("goes without nodes: leave one of them out");
      }
      if (attachment.nodes().stream().anyMatch(node -> node == null || node.isEmpty())) {
        at.at(i).at("nodes").refuse("holds an empty name: name nodes of the topology");
      }
      checkAttributes(attachment.accessLink(), at.at(i).at("accessLink"));
    }
  }

  private static void checkDistillation(NetworkDistillation distillation, FieldErrors at) {
    if (distillation == null) {
      return;
    }
    if (distillation.mode() == null) {
      at.at("mode").refuse("is required: HopByHop, EndToEnd, WalkIn or WalkOut");
      return;
    }
    boolean hops =
        distillation.mode() == NetworkDistillation.Mode.WalkIn
            || distillation.mode() == NetworkDistillation.Mode.WalkOut;
    boolean core = distillation.mode() == NetworkDistillation.Mode.WalkOut;
    checkHops(distillation.hops(), hops, distillation.mode(), at.at("hops"));
    checkHops(distillation.coreHops(), core, distillation.mode(), at.at("coreHops"));
  }

  private static void checkHops(
      Integer hops, boolean needed, NetworkDistillation.Mode mode, FieldErrors at) {
    if (needed && hops == null) {
      at.refuse("is required with mode " + mode + ": 1 or more");
    } else if (!needed && hops != null) {
      at.refuse("is not for mode " + mode + ": leave it out");
    } else if (hops != null && hops < 1) {
      at.refuse("is " + hops + ", and must be 1 or more");
    }
  }

  private static void checkEngine(NetworkSpec network, FieldErrors at) {
    NetworkDistillation.Mode mode = network.distillationOrDefault().mode();
    boolean endToEnd = mode == null || mode == NetworkDistillation.Mode.EndToEnd;
    if (network.engineOrDefault() == Engine.Kernel && !endToEnd) {
      at.refuse(
          "is Kernel, which has one pipe for each pair of nodes, and the distillation is %s: set distillation.mode EndToEnd, or engine Core"
              .formatted(mode));
    }
  }

  /** A VM has one interface of the pod network, and in a networked model the pipes take it. */
  private static void checkTemplates(ScaleModelSpec spec, FieldErrors at) {
    for (int i = 0; i < spec.groups().size(); i++) {
      NodeGroup group = spec.groups().get(i);
      if (group == null || group.vm() == null || !group.vm().usesTemplate()) {
        continue;
      }
      JsonNode vm = group.vm().template().path("spec");
      String where = "spec.groups[" + i + "].vm.template.spec.";
      for (JsonNode network : vm.path("networks")) {
        if (network.has("pod") || network.path("name").asText().equals(Api.NETWORK_INTERFACE)) {
          at.refuse(
              "takes the pod network and the interface name %s of every VM, and %snetworks has %s: take it and its interface out"
                  .formatted(
                      Api.NETWORK_INTERFACE,
                      where,
                      FieldErrors.quote(network.path("name").asText())));
        }
      }
    }
  }

  private NetworkRules() {}
}
