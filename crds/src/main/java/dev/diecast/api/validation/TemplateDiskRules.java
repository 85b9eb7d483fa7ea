package dev.diecast.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.api.v1alpha1.Quantities;
import dev.diecast.api.v1alpha1.TargetDisk;
import dev.diecast.core.Rational;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Optional;

/**
 * A disk of the machine that the template has too is attached there, and as large. One that the
 * template has not is added by the operator.
 */
final class TemplateDiskRules {

  static void check(JsonNode spec, List<TargetDisk> disks, FieldErrors at) {
    JsonNode volumes = spec.path("volumes");
    for (int i = 0; i < volumes.size(); i++) {
      String name = volumes.get(i).path("name").asText();
      Optional<TargetDisk> disk =
          disks.stream().filter(d -> d != null && name.equals(d.name())).findFirst();
      if (disk.isPresent()) {
        checkAttached(spec, name, at.at("volumes").at(i));
        checkSize(volumes.get(i), disk.get(), at.at("volumes").at(i));
      }
    }
  }

  private static void checkAttached(JsonNode spec, String name, FieldErrors at) {
    for (JsonNode device : spec.at("/domain/devices/disks")) {
      if (name.equals(device.path("name").asText())) {
        return;
      }
    }
    at.refuse(
        "is the machine's disk "
            + FieldErrors.quote(name)
            + ", and domain.devices.disks has none of this name: add it, or take the volume out"
            + " to get an empty disk");
  }

  private static void checkSize(JsonNode volume, TargetDisk disk, FieldErrors at) {
    JsonNode capacity = volume.path("emptyDisk").path("capacity");
    if (!capacity.isTextual() && !capacity.isIntegralNumber()) {
      return;
    }
    Optional<Rational> given = amount(new Quantity(capacity.asText()));
    Optional<Rational> wanted = amount(disk.capacity());
    if (given.isPresent() && wanted.isPresent() && !given.equals(wanted)) {
      at.at("emptyDisk")
          .at("capacity")
          .refuse(
              "is "
                  + capacity.asText()
                  + ", but the machine's disk has capacity "
                  + disk.capacity()
                  + ": make them equal, or take the volume and its disk out");
    }
  }

  private static Optional<Rational> amount(Quantity quantity) {
    try {
      return Optional.of(Quantities.exact(quantity));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private TemplateDiskRules() {}
}
