package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether disks and volumes, interfaces and networks name each other, and each has its kind. */
final class DiskWiring {

  private DiskWiring() {}

  static List<Refusal> check(String path, JsonNode spec) {
    List<Refusal> refusals = new ArrayList<>();
    Set<String> volumes = names(spec.path("volumes"));
    JsonNode disks = spec.at("/domain/devices/disks");
    for (int i = 0; i < disks.size(); i++) {
      String at = path + ".domain.devices.disks[" + i + "]";
      String name = disks.get(i).path("name").asText();
      if (!volumes.contains(name)) {
        refusals.add(new Refusal(at + ".name", "no volume is called \"" + name + "\""));
      }
      if (!disks.get(i).path("disk").isObject()) {
        refusals.add(new Refusal(at, "must have disk: {bus: virtio}"));
      }
    }
    JsonNode all = spec.path("volumes");
    for (int i = 0; i < all.size(); i++) {
      if (!all.get(i).has("emptyDisk") && !all.get(i).has("containerDisk")) {
        refusals.add(
            new Refusal(
                path + ".volumes[" + i + "]", "must be an emptyDisk or a containerDisk here"));
      }
    }
    Set<String> networks = names(spec.path("networks"));
    JsonNode interfaces = spec.at("/domain/devices/interfaces");
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < interfaces.size(); i++) {
      String at = path + ".domain.devices.interfaces[" + i + "]";
      if (!seen.add(interfaces.get(i).path("name").asText())) {
        refusals.add(new Refusal(at + ".name", "another interface has this name already"));
      }
      if (!networks.contains(interfaces.get(i).path("name").asText())) {
        refusals.add(new Refusal(at + ".name", "no network has this name"));
      }
      if (!interfaces.get(i).has("masquerade")) {
        refusals.add(new Refusal(at, "must have masquerade: {}, the one binding of standalone"));
      }
    }
    return refusals;
  }

  private static Set<String> names(JsonNode list) {
    Set<String> names = new HashSet<>();
    list.forEach(item -> names.add(item.path("name").asText()));
    return names;
  }
}
