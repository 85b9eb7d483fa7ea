package dev.diecast.operator.vm;

import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.NodeNetwork;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives a VM its interface to the emulated network. It is an interface of the pod network, for
 * every cluster has that; the host's daemon takes its tap device for the pipes, and nothing of what
 * the guest sends gets onto the pod's network.
 */
final class ModelInterface {

  private ModelInterface() {}

  /**
   * @param hostName of the node: {@code web-3}
   */
  static void attach(Map<String, Object> template, NodeNetwork network, String hostName) {
    boolean alone = Fields.list(template, "spec", "domain", "devices", "interfaces").isEmpty();
    Map<String, Object> networkInterface = new LinkedHashMap<>();
    networkInterface.put("name", Api.NETWORK_INTERFACE);
    networkInterface.put("masquerade", Map.of());
    networkInterface.put("macAddress", network.macAddress());
    Fields.append(template, networkInterface, "spec", "domain", "devices", "interfaces");
    Fields.append(
        template, Map.of("name", Api.NETWORK_INTERFACE, "pod", Map.of()), "spec", "networks");
    if (Fields.has(template, "spec", "domain", "firmware", "kernelBoot")) {
      Map<String, Object> kernelBoot =
          Fields.object(template, "spec", "domain", "firmware", "kernelBoot");
      kernelBoot.put(
          "kernelArgs",
          (kernelBoot.getOrDefault("kernelArgs", "") + " " + arguments(network)).strip());
    }
    if (alone) {
      // Beside others cloud-init would have to be told of those too, which only the user knows.
      CloudInit.tell(template, network, hostName);
    }
  }

  /** Guests of our images configure the interface by these; others may read /proc/cmdline. */
  private static String arguments(NodeNetwork network) {
    return String.join(
        " ",
        List.of(
            Api.PARAMETER_ADDRESS + "=" + network.address(),
            Api.PARAMETER_MTU + "=" + network.mtuBytes(),
            Api.PARAMETER_NAMES + "=" + network.names()));
  }
}
