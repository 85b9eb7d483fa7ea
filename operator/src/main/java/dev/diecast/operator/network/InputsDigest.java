package dev.diecast.operator.network;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.api.v1alpha1.NodeGroup;
import dev.diecast.api.v1alpha1.ScaleModel;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names all that a PipeGraph is made from, so that nothing is distilled anew at every
 * reconciliation.
 */
final class InputsDigest {

  /** Changes whenever the same inputs make another graph. */
  private static final String VERSION = "1";

  private InputsDigest() {}

  static String of(ScaleModel model, Optional<String> gml, List<DilatedNode> nodes) {
    Map<String, Object> inputs = new LinkedHashMap<>();
    inputs.put("version", VERSION);
    inputs.put("network", model.getSpec().network());
    List<Object> groups = new ArrayList<>();
    for (NodeGroup group : model.getSpec().groups()) {
      groups.add(List.of(group.name(), group.replicas(), nic(group)));
    }
    inputs.put("groups", groups);
    inputs.put("gml", gml.orElse(""));
    inputs.put(
        "hosts",
        nodes.stream()
            .map(node -> node.getMetadata().getName() + " " + node.getSpec().host())
            .sorted()
            .toList());
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(Serialization.asJson(inputs).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  private static String nic(NodeGroup group) {
    return group.machine().nic() == null ? "" : group.machine().nic().bitsPerSecond().toString();
  }
}
