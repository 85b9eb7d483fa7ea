package dev.diecast.api.resources;

import dev.diecast.api.v1alpha1.LinkAttributes;
import dev.diecast.api.v1alpha1.NetworkAttachment;
import dev.diecast.api.v1alpha1.NetworkLink;
import dev.diecast.api.v1alpha1.NetworkSpec;
import dev.diecast.api.v1alpha1.NetworkTopology;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.Quantities;
import dev.diecast.api.v1alpha1.ScaleModelSpec;
import dev.diecast.core.network.PipeAttributes;
import dev.diecast.core.network.QueueLimit;
import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.address.AddressPlan;
import dev.diecast.core.network.address.Ipv4Subnet;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.Attachment;
import dev.diecast.core.network.distill.Distillation;
import dev.diecast.core.network.distill.DistilledNetwork;
import dev.diecast.core.network.topology.DeclaredLink;
import dev.diecast.core.network.topology.Generator;
import dev.diecast.core.network.topology.GmlTopology;
import dev.diecast.core.network.topology.LinkChanges;
import dev.diecast.core.network.topology.LinkDefaults;
import dev.diecast.core.network.topology.Topology;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The network that a model's spec asks for: the topology with all of its nodes on it.
 *
 * @param down links of the topology that are down
 */
public record ModelNetwork(
    AttachedNetwork network, BitSet down, Distillation distillation, AddressPlan addresses) {

  /**
   * What an API server stores in one object: 1.5 MiB, at 220 bytes for a link with two directions.
   */
  private static final int MOST_LINKS = 6_000;

  private static final int MOST_ROUTERS = 20_000;

  /** At 256 bytes each; an engine holds all of them. */
  private static final long MOST_PIPES = 500_000;

  /** The x86 kernel's command line has 2,048 characters (COMMAND_LINE_SIZE). */
  private static final int LONGEST_NAMES = 1_200;

  private static final int NANOS_PER_MICRO = 1000;

  public ModelNetwork {
    down = (BitSet) down.clone();
  }

  @Override
  public BitSet down() {
    return (BitSet) down.clone();
  }

  /**
   * @param spec valid but for what is found out here, and with a network
   * @param gml the text in the ConfigMap, where the topology is in one
   * @throws NetworkRefusal naming field and mend
   */
  public static ModelNetwork of(ScaleModelSpec spec, Optional<String> gml) {
    NetworkSpec network = spec.network();
    LinkDefaults defaults = defaults(network);
    LinkChanges topology = topology(network.topology(), defaults, gml);
    requireStorable(topology.topology());
    LinkChanges changed =
        refusing("linkChanges", () -> topology.with(declared(network.linkChanges())));
    List<Attachment> attachments = new ArrayList<>();
    for (NodeGroup group : spec.groups()) {
      attachments.add(attachment(network, group, defaults));
    }
    AttachedNetwork attached =
        refusing("attachments", () -> AttachedNetwork.attach(changed.topology(), attachments));
    Distillation distillation = network.distillationOrDefault().distillation();
    requireEmulable(attached, distillation);
    return new ModelNetwork(attached, changed.down(), distillation, addresses(spec));
  }

  /** With all links up. */
  public DistilledNetwork distilled() {
    return distillation.distill(network);
  }

  /**
   * The addresses of all groups.
   *
   * @throws NetworkRefusal where they do not fit
   */
  public static AddressPlan addresses(ScaleModelSpec spec) {
    Map<String, Integer> replicas = new LinkedHashMap<>();
    spec.groups().forEach(group -> replicas.put(group.name(), group.replicas()));
    AddressPlan plan;
    try {
      plan = AddressPlan.of(Ipv4Subnet.parse(spec.network().subnetOrDefault()), replicas);
    } catch (TopologyException | IllegalArgumentException e) {
      throw new NetworkRefusal("subnet", e.getMessage(), e);
    }
    if (plan.names().length() > LONGEST_NAMES) {
      throw new NetworkRefusal(
          "",
          "the names of all groups take %d characters on the guests' kernel command line, and there is room for %d: give groups shorter names, or make fewer"
              .formatted(plan.names().length(), LONGEST_NAMES));
    }
    return plan;
  }

  private static LinkDefaults defaults(NetworkSpec network) {
    return new LinkDefaults(
        completed(network.defaultsOrNone().access(), LinkDefaults.STANDARD.access()),
        completed(network.defaultsOrNone().transit(), LinkDefaults.STANDARD.transit()));
  }

  /** What is said of a link, the rest as of {@code absent}; the queue follows the bandwidth. */
  private static LinkDefaults.Attributes completed(
      LinkAttributes given, LinkDefaults.Attributes absent) {
    if (given == null) {
      return absent;
    }
    return new LinkDefaults.Attributes(
        bitsPerSecond(given).orElse(absent.bitsPerSecond()),
        delayNanos(given).orElse(absent.delayNanos()),
        loss(given).orElse(absent.lossPartsPerBillion()),
        queue(given).or(() -> given.bitsPerSecond() == null ? absent.queue() : Optional.empty()));
  }

  private static Optional<Long> bitsPerSecond(LinkAttributes given) {
    return Optional.ofNullable(given.bitsPerSecond()).map(Quantities::wholeUnits);
  }

  private static Optional<Long> delayNanos(LinkAttributes given) {
    return Optional.ofNullable(given.delayMicros()).map(micros -> micros * NANOS_PER_MICRO);
  }

  private static Optional<Integer> loss(LinkAttributes given) {
    return Optional.ofNullable(given.lossPercent())
        .map(
            percent ->
                new BigDecimal(percent)
                    .multiply(BigDecimal.valueOf(PipeAttributes.BILLION / 100))
                    .setScale(0, RoundingMode.HALF_UP)
                    .intValueExact());
  }

  private static Optional<QueueLimit> queue(LinkAttributes given) {
    if (given.queueBytes() != null) {
      return Optional.of(new QueueLimit.Bytes(given.queueBytes()));
    }
    return Optional.ofNullable(given.queuePackets()).map(QueueLimit.Packets::new);
  }

  private static List<DeclaredLink> declared(List<NetworkLink> links) {
    return links.stream()
        .map(
            link ->
                new DeclaredLink(
                    link.from(),
                    link.to(),
                    bitsPerSecond(link.attributes()),
                    delayNanos(link.attributes()),
                    loss(link.attributes()),
                    queue(link.attributes()),
                    link.goesDown()))
        .toList();
  }

  private static LinkChanges topology(
      NetworkTopology source, LinkDefaults defaults, Optional<String> gml) {
    if (source.configMap() != null) {
      String text =
          gml.orElseThrow(() -> new IllegalArgumentException("the ConfigMap was not read"));
      return refusing(
          "topology.configMap",
          () -> new LinkChanges(GmlTopology.read(text, defaults), new BitSet()));
    }
    if (source.generate() != null) {
      return refusing("topology.generate", () -> generated(source.generate(), defaults));
    }
    return refusing(
        "topology.links", () -> LinkChanges.declared(declared(source.links()), defaults));
  }

  private static LinkChanges generated(String text, LinkDefaults defaults) {
    Generator.Parsed parsed = Generator.parse(text);
    if (parsed.virtualNodesEach() != 1) {
      throw new TopologyException(
          "\"%s\" says how many nodes hang on each place: the groups' replicas do, leave xN out"
              .formatted(text));
    }
    return new LinkChanges(parsed.generator().generate(defaults), new BitSet());
  }

  private static void requireStorable(Topology topology) {
    int links = topology.links().size();
    int routers = topology.nodes().size();
    if (links > MOST_LINKS || routers > MOST_ROUTERS) {
      throw new NetworkRefusal(
          "topology",
          "has %d nodes and %d links, and an object of the API takes %d and %d: simplify it"
              .formatted(routers, links, MOST_ROUTERS, MOST_LINKS));
    }
  }

  private static Attachment attachment(
      NetworkSpec network, NodeGroup group, LinkDefaults defaults) {
    Optional<NetworkAttachment> given = network.attachment(group.name());
    Attachment.Places places =
        given
            .map(attachment -> refusing("attachments", () -> places(attachment)))
            .orElseGet(Attachment.RoundRobin::new);
    // The machine's own card, unless somebody says what the link to it is.
    LinkDefaults.Attributes access = defaults.access();
    if (group.machine().nic() != null) {
      access =
          new LinkDefaults.Attributes(
              Quantities.wholeUnits(group.machine().nic().bitsPerSecond()),
              access.delayNanos(),
              access.lossPartsPerBillion(),
              access.queue());
    }
    access = completed(network.accessLink(), access);
    access = completed(given.map(NetworkAttachment::accessLink).orElse(null), access);
    LinkDefaults.Attributes link = access;
    return refusing(
        "attachments", () -> new Attachment(group.name(), group.replicas(), places, link));
  }

  private static Attachment.Places places(NetworkAttachment attachment) {
    if (attachment.randomSeed() != null) {
      return new Attachment.AtRandom(attachment.randomSeed());
    }
    return attachment.nodes().isEmpty()
        ? new Attachment.RoundRobin()
        : new Attachment.Listed(attachment.nodes());
  }

  private static void requireEmulable(AttachedNetwork network, Distillation distillation) {
    long pipes = refusing("distillation", () -> distillation.distill(network).counts().directed());
    if (pipes > MOST_PIPES) {
      throw new NetworkRefusal(
          "distillation",
          "%s of this topology has %d pipes, and %d are emulated at most: take HopByHop, or WalkIn with fewer hops"
              .formatted(distillation, pipes, MOST_PIPES));
    }
  }

  private static <T> T refusing(String field, Supplier<T> step) {
    try {
      return step.get();
    } catch (TopologyException | IllegalArgumentException e) {
      throw new NetworkRefusal(field, e.getMessage(), e);
    }
  }
}
