package dev.diecast.core.placement;

import java.util.Objects;

/**
 * What a host has for a model: its capacity less the reserve, the measured overhead and what other
 * models hold.
 *
 * @param name unique among the hosts
 * @param plannable host frame; an absent resource is unlimited, a negative one counts as 0
 */
public record HostOffer(String name, ResourceVector plannable) {
  public HostOffer {
    Objects.requireNonNull(name);
    Objects.requireNonNull(plannable);
  }
}
