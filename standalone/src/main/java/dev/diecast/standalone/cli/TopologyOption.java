package dev.diecast.standalone.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** A topology beside a model file. */
final class TopologyOption {
  @Option(
      names = "--topology",
      paramLabel = "FILE.gml",
      description = {
        "The topology of the model's network, for the ConfigMap that",
        "spec.network.topology.configMap names; in place of one in FILE."
      })
  private Path gml;

  boolean isGiven() {
    return gml != null;
  }

  /** A model file, with this topology where it is given. */
  ModelFile read(Path file) {
    ModelFile read = ModelFile.read(file);
    return gml == null ? read : TopologyMaps.with(file, read, gml);
  }
}
