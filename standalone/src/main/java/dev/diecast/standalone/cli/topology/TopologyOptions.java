package dev.diecast.standalone.cli.topology;

import dev.diecast.core.network.TopologyException;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.Attachment;
import dev.diecast.core.network.topology.Generator;
import dev.diecast.core.network.topology.LinkDefaults;
import dev.diecast.core.network.topology.Topology;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.TopologyFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which network is meant: a file or a generator, and what hangs on it. */
public final class TopologyOptions {

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "A topology in GML, such as one of the Topology Zoo.")
  private Path file;

  @Option(
      names = "--generate",
      paramLabel = "SPEC",
      description = {
        "A topology made by rule in place of FILE: star:LEAVES, ring:NODES, tree:FANOUT,DEPTH or",
        "transit-stub:DOMAINS,NODES,STUBS,NODES; then xN for N virtual nodes at each place and"
            + " @SEED, such as ring:20x20."
      })
  private String generate;

  @Option(
      names = "--attach",
      paramLabel = "SPEC",
      description = {
        "Nodes of a group and their places: web=10 (round robin), web=10@random:SEED,",
        "web=10@n1,n2 (on these in turn) or web=n1,n2 (one on each); nodes by id or label; may be"
            + " repeated (default: one node at each place, group \"node\")."
      })
  private List<String> attach = List.of();

  @Option(
      names = "--access-link",
      paramLabel = "LINK",
      description =
          "By what link nodes hang on the topology: BANDWIDTH[,DELAY[,LOSS[,QUEUE]]], such as"
              + " 10Mbit/s,5ms,0.1%%,50 packets (default: as --default-access).")
  private String accessLink;

  @Option(
      names = "--default-access",
      paramLabel = "LINK",
      description =
          "What links to nodes with one neighbour are where the topology does not say (default:"
              + " 100Mbit/s,1ms).")
  private String defaultAccess;

  @Option(
      names = "--default-transit",
      paramLabel = "LINK",
      description = "What other links are where the topology does not say (default: 1Gbit/s,5ms).")
  private String defaultTransit;

  /** Where the topology is from: a file's name or a generator. */
  String source() {
    return file != null ? file.toString() : generate;
  }

  AttachedNetwork network() {
    if ((file == null) == (generate == null)) {
      throw new Refusal("write a FILE or --generate, one of them");
    }
    LinkDefaults defaults =
        new LinkDefaults(
            link("--default-access", defaultAccess, LinkDefaults.STANDARD.access()),
            link("--default-transit", defaultTransit, LinkDefaults.STANDARD.transit()));
    LinkDefaults.Attributes access = link("--access-link", accessLink, defaults.access());
    Optional<Generator.Parsed> generator =
        Optional.ofNullable(generate)
            .map(text -> refusing("--generate", () -> Generator.parse(text)));
    Topology topology =
        generator.isPresent()
            ? refusing("--generate", () -> generator.get().generator().generate(defaults))
            : TopologyFile.read(file, defaults);
    int each = generator.map(Generator.Parsed::virtualNodesEach).orElse(1);
    List<Attachment> attachments = attachments(access, topology, each);
    return refusing("--attach", () -> AttachedNetwork.attach(topology, attachments));
  }

  private List<Attachment> attachments(
      LinkDefaults.Attributes access, Topology topology, int each) {
    List<Attachment> attachments = new ArrayList<>();
    for (String text : attach) {
      attachments.add(refusing("--attach", () -> Attachment.parse(text, access)));
    }
    if (attachments.isEmpty()) {
      long nodes = (long) AttachedNetwork.places(topology) * each;
      if (nodes > AttachedNetwork.MAXIMUM_VIRTUAL_NODES) {
        throw new Refusal(
            "--attach: %d at each place are %d nodes, at most %d are handled: say which to attach"
                .formatted(each, nodes, AttachedNetwork.MAXIMUM_VIRTUAL_NODES));
      }
      attachments.add(new Attachment("node", (int) nodes, new Attachment.RoundRobin(), access));
    }
    return attachments;
  }

  private static LinkDefaults.Attributes link(
      String option, String text, LinkDefaults.Attributes absent) {
    return text == null
        ? absent
        : refusing(option, () -> LinkDefaults.Attributes.parse(text, absent));
  }

  public static <T> T refusing(String option, Supplier<T> step) {
    try {
      return step.get();
    } catch (TopologyException e) {
      throw new Refusal(option + ": " + e.getMessage());
    }
  }
}
