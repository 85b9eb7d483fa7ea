package dev.diecast.core.placement;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import dev.diecast.core.frame.Frames;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * A machine as its guest must see it, and what a host must give for it at some T.
 *
 * @param cpus vCPUs
 * @param relativeSpeed speed of one of them over that of a host core, guest frame
 * @param others memory, disk and network in the guest's frame; without {@link Resource#CPU}
 */
public record MachineDemand(int cpus, Rational relativeSpeed, ResourceVector others) {

  public MachineDemand {
    Objects.requireNonNull(relativeSpeed);
    if (others.has(Resource.CPU)) {
      throw new IllegalArgumentException(
          "CPU is given by cpus and relativeSpeed: leave it out of the other resources");
    }
  }

  /**
   * The demand in the host's frame.
   *
   * @param overhead what one node costs beside this, host frame
   * @throws IllegalArgumentException where {@code relativeSpeed > T}: no host core is fast enough
   */
  public ResourceVector hostFrame(DilationFactor factor, ResourceVector overhead) {
    Map<Resource, Rational> host = new EnumMap<>(Resource.class);
    others
        .amounts()
        .forEach(
            (resource, amount) ->
                host.put(resource, Frames.host(resource.measure(), amount, factor)));
    host.put(Resource.CPU, Frames.hostCpu(cpus, relativeSpeed, factor));
    return new ResourceVector(host).plus(overhead);
  }
}
