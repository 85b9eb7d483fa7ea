package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.Driver;
import dev.diecast.standalone.process.ProcessIdentity;
import dev.diecast.standalone.qemu.Accelerator;
import java.util.Optional;

/**
 * Whether a guest that was started paused may go. Under driver {@code HostModule} the host's daemon
 * dilates it, and no instruction of the guest shall run before that: it says in the DilatedNode's
 * status for which process T is in effect. Pure.
 */
final class DilationGate {

  private DilationGate() {}

  /** Whether the daemon has to dilate it first. */
  static boolean guards(JsonNode instance) {
    return Driver.HostModule.name().equals(annotation(instance, Api.ANNOTATION_DRIVER));
  }

  /** Why such a guest cannot be run here; empty where it can. */
  static Optional<String> refusal(JsonNode instance, Accelerator accelerator) {
    return guards(instance) && accelerator != Accelerator.KVM
        ? Optional.of(
            "driver HostModule dilates the clock that KVM gives its guests, and guests are emulated"
                + " here (./diecast doctor says why KVM does not work): take driver GuestKernel")
        : Optional.empty();
  }

  /**
   * Why it may not go yet; empty where it may.
   *
   * @param node its DilatedNode, where there is one
   */
  static Optional<String> obstacle(ProcessIdentity process, Optional<ObjectNode> node) {
    if (node.isEmpty()) {
      return Optional.of("there is no DilatedNode of its name");
    }
    JsonNode dilation = node.get().at("/status/dilation");
    // Not the instance's annotation: T may have changed since it was made.
    String wanted = node.get().at("/spec/timeDilation/factor").asText();
    boolean ofThisProcess =
        dilation.path("process").asText().equals(process.pid() + "/" + process.startTicks());
    if (ofThisProcess && dilation.path("factorInEffect").asText().equals(wanted)) {
      return Optional.empty();
    }
    return Optional.of(
        "it waits until the node daemon has set T = " + wanted + " for it" + why(node.get()));
  }

  private static String why(JsonNode node) {
    for (JsonNode condition : node.at("/status/conditions")) {
      if (condition.path("type").asText().equals("Dilated")
          && condition.path("status").asText().equals("False")) {
        return ": " + condition.path("message").asText();
      }
    }
    return "";
  }

  private static String annotation(JsonNode instance, String name) {
    return instance.at("/metadata/annotations").path(name).asText("");
  }
}
