package dev.diecast.standalone.cli.session;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A topology beside a model file. */
public final class TopologyOption {
  @Option(
      names = "--topology",
      paramLabel = "FILE.gml",
      description = {
        "The topology of the model's network, for the ConfigMap that",
        "spec.network.topology.configMap names; in place of one in FILE."
      })
  private Path gml;

  public boolean isGiven() {
    return gml != null;
  }

  /** A model file, with this topology where it is given, and sound networks. */
  public ModelFile read(Path file) {
    return read(file, Optional.ofNullable(gml));
  }

  public static ModelFile read(Path file, Optional<Path> gml) {
    ModelFile alone = ModelFile.read(file);
    ModelFile read = gml.map(topology -> TopologyMaps.with(file, alone, topology)).orElse(alone);
    TopologyMaps.check(file, read);
    return read;
  }
}
