package dev.diecast.core.placement;

import dev.diecast.core.Rational;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Amounts of several resources, in the host's time frame unless said otherwise: CPU in host cores,
 * memory and disk space in bytes, rates per second.
 *
 * <p>A resource that is absent is 0 where the vector is a demand, and unlimited where it is an
 * offer.
 */
public record ResourceVector(Map<Resource, Rational> amounts) {

  public static final ResourceVector EMPTY = new ResourceVector(Map.of());

  public ResourceVector {
    EnumMap<Resource, Rational> copy = new EnumMap<>(Resource.class);
    amounts.forEach(
        (resource, amount) ->
            copy.put(Objects.requireNonNull(resource), Objects.requireNonNull(amount)));
    amounts = Collections.unmodifiableMap(copy);
  }

  public static ResourceVector of(Map<Resource, Rational> amounts) {
    return new ResourceVector(amounts);
  }

  public static ResourceVector of(Resource resource, Rational amount) {
    return new ResourceVector(Map.of(resource, amount));
  }

  public static ResourceVector of(
      Resource resource, Rational amount, Resource other, Rational otherAmount) {
    return new ResourceVector(Map.of(resource, amount, other, otherAmount));
  }

  /** This vector with one amount set. */
  public ResourceVector with(Resource resource, Rational amount) {
    EnumMap<Resource, Rational> copy = new EnumMap<>(Resource.class);
    copy.putAll(amounts);
    copy.put(resource, amount);
    return new ResourceVector(copy);
  }

  /** The resources that are present. */
  public Set<Resource> resources() {
    return amounts.keySet();
  }

  public boolean has(Resource resource) {
    return amounts.containsKey(resource);
  }

  /** The amount, 0 where absent: ask {@link #has} first of an offer. */
  public Rational get(Resource resource) {
    return amounts.getOrDefault(resource, Rational.ZERO);
  }

  /** The sum of two demands. */
  public ResourceVector plus(ResourceVector other) {
    EnumMap<Resource, Rational> sum = new EnumMap<>(Resource.class);
    sum.putAll(amounts);
    other.amounts.forEach((resource, amount) -> sum.merge(resource, amount, Rational::plus));
    return new ResourceVector(sum);
  }

  /**
   * What is left of this offer when a demand is taken from it. What this vector does not limit
   * stays unlimited. An amount may become negative.
   */
  public ResourceVector minus(ResourceVector demand) {
    EnumMap<Resource, Rational> rest = new EnumMap<>(Resource.class);
    amounts.forEach((resource, amount) -> rest.put(resource, amount.minus(demand.get(resource))));
    return new ResourceVector(rest);
  }

  /** Every amount times a factor, such as a share that may be planned. */
  public ResourceVector times(Rational factor) {
    EnumMap<Resource, Rational> product = new EnumMap<>(Resource.class);
    amounts.forEach((resource, amount) -> product.put(resource, amount.times(factor)));
    return new ResourceVector(product);
  }

  /** Whether this demand is at most the offer in every resource that the offer limits. */
  public boolean fitsIn(ResourceVector offer) {
    return offer.amounts.entrySet().stream()
        .allMatch(limit -> get(limit.getKey()).compareTo(limit.getValue()) <= 0);
  }
}
