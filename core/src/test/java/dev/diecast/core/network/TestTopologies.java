package dev.diecast.core.network;

import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.Attachment;
import dev.diecast.core.network.topology.GmlTopology;
import dev.diecast.core.network.topology.LinkDefaults;
import dev.diecast.core.network.topology.Topology;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Graphs for tests. */
public final class TestTopologies {
  private TestTopologies() {}

  public static String resource(String name) {
    try (InputStream in = TestTopologies.class.getResourceAsStream("/topologies/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Topology read(CharSequence gml) {
    return GmlTopology.read(gml, LinkDefaults.STANDARD);
  }

  public static AttachedNetwork attached(Topology topology, String... attachments) {
    return AttachedNetwork.attach(
        topology,
        List.of(attachments).stream()
            .map(text -> Attachment.parse(text, LinkDefaults.STANDARD.access()))
            .toList());
  }

  /** A random multigraph, often of several parts, with few different delays, so that ties occur. */
  public static Topology random(Random random) {
    int nodes = 2 + random.nextInt(14);
    StringBuilder gml = new StringBuilder("graph [\n");
    for (int node = 0; node < nodes; node++) {
      gml.append("node [ id ").append(node).append(" ]\n");
    }
    int edges = random.nextInt(2 * nodes + 1);
    for (int edge = 0; edge < edges; edge++) {
      gml.append(
          "edge [ source %d target %d delayMicros %d bitsPerSecond %d lossRatio 0.0%d ]%n"
              .formatted(
                  random.nextInt(nodes),
                  random.nextInt(nodes),
                  random.nextInt(4),
                  1_000_000L * (1 + random.nextInt(5)),
                  random.nextInt(10)));
    }
    return read(gml.append("]\n").toString());
  }

  /** Virtual nodes at random places of a random graph. */
  public static AttachedNetwork randomNetwork(Random random) {
    return attached(
        random(random), "n=" + (1 + random.nextInt(8)) + "@random:" + random.nextInt(1000));
  }
}
