package dev.diecast.api.crd;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.DilationHost;
import dev.diecast.api.v1alpha1.PipeGraph;
import dev.diecast.api.v1alpha1.ScaleModel;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The CRDs as generated from the Java types. */
final class GeneratedFiles {

  static final List<Class<? extends HasMetadata>> TYPES =
      List.of(ScaleModel.class, DilatedNode.class, DilationHost.class, PipeGraph.class);

  private static final String HEADER =
      """
      # Generated from the Java types in crds/src/main/java/dev/diecast/api/v1alpha1; do not edit.
      # To write it anew: mvn -pl crds test -Dcrds.write
      """;

  /** YAML by file name, such as {@code scalemodels.diecast.dev.yaml}. */
  static Map<String, String> crds() {
    Map<String, ByteArrayOutputStream> outputs = new TreeMap<>();
    new CRDGenerator()
        .customResourceClasses(List.copyOf(TYPES))
        .forCRDVersions("v1")
        .withParallelGenerationEnabled(false)
        .withPostProcessor(new SchemaRefinement(TYPES))
        .withOutput(new Memory(outputs))
        .generate();
    Map<String, String> files = new TreeMap<>();
    outputs.forEach(
        (name, output) -> {
          String yaml = output.toString(StandardCharsets.UTF_8);
          String body = yaml.substring(yaml.indexOf("apiVersion:"));
          files.put(name.replaceFirst("-v1$", "") + ".yaml", HEADER + body);
        });
    return files;
  }

  private record Memory(Map<String, ByteArrayOutputStream> outputs)
      implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {

    @Override
    public ByteArrayOutputStream outputFor(String name) {
      return outputs.computeIfAbsent(name, any -> new ByteArrayOutputStream());
    }

    @Override
    public void close() throws IOException {
      for (OutputStream output : outputs.values()) {
        output.close();
      }
    }
  }

  private GeneratedFiles() {}
}
