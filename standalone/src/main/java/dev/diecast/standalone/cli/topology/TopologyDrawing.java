package dev.diecast.standalone.cli.topology;

import dev.diecast.core.network.Pipe;
import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.distill.DistilledNetwork;
import dev.diecast.standalone.cli.session.Magnitudes;
import dev.diecast.standalone.cli.session.Refusal;
import java.util.BitSet;

/** A pipe graph in the language of Graphviz. */
final class TopologyDrawing {
  private static final long MOST_PIPES = 20_000;

  private TopologyDrawing() {}

  static String of(DistilledNetwork network) {
    long pipes = network.counts().directed();
    if (pipes > MOST_PIPES) {
      throw new Refusal(
          "-o dot: %d pipes are more than can be drawn, at most %d are: choose another --distill"
              .formatted(pipes, MOST_PIPES));
    }
    AttachedNetwork attached = network.network();
    BitSet vertices = new BitSet();
    StringBuilder edges = new StringBuilder();
    network.forEachPipe(
        pipe -> {
          vertices.set(pipe.from());
          vertices.set(pipe.to());
          edges.append(edge(pipe));
        });
    StringBuilder text = new StringBuilder("digraph diecast {\n");
    vertices.stream()
        .forEach(
            vertex ->
                text.append(
                    "  v%d [label=\"%s\"%s];\n"
                        .formatted(
                            vertex,
                            escaped(attached.vertexName(vertex)),
                            vertex < attached.routerCount() ? "" : " shape=box")));
    return text.append(edges).append("}\n").toString();
  }

  private static String edge(Pipe pipe) {
    return "  v%d -> v%d [label=\"%s %s\"];\n"
        .formatted(
            pipe.from(),
            pipe.to(),
            Magnitudes.bitsPerSecond(pipe.bitsPerSecond()),
            Magnitudes.millis(pipe.delayNanos() / 1e3));
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\s", " ");
  }
}
