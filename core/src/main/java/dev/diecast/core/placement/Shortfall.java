package dev.diecast.core.placement;

import dev.diecast.core.Rational;
import java.util.Objects;
import java.util.Optional;

/**
 * One reason why nodes cannot be placed.
 *
 * @param missing {@code demanded} less {@code available}
 * @param node the node that finds no host, or empty where all nodes together ask for too much
 * @param scope what was compared with what
 */
public record Shortfall(
    Resource resource,
    Rational missing,
    Rational demanded,
    Rational available,
    Optional<String> node,
    Scope scope) {

  /** What a shortfall compares. */
  public enum Scope {
    /** The sum of all nodes with the sum of all hosts. */
    SUM,
    /** One node with the empty host that comes nearest to holding it. */
    NODE,
    /** One node with what the others leave on the host that comes nearest to holding it. */
    REMAINDER
  }

  public Shortfall {
    Objects.requireNonNull(resource);
    Objects.requireNonNull(missing);
    Objects.requireNonNull(demanded);
    Objects.requireNonNull(available);
    Objects.requireNonNull(node);
    Objects.requireNonNull(scope);
  }

  /** Of one node alone where a node is named, else of the sum. */
  public Shortfall(
      Resource resource,
      Rational missing,
      Rational demanded,
      Rational available,
      Optional<String> node) {
    this(resource, missing, demanded, available, node, node.isPresent() ? Scope.NODE : Scope.SUM);
  }

  static Shortfall ofSum(Resource resource, Rational demanded, Rational available) {
    return new Shortfall(
        resource, demanded.minus(available), demanded, available, Optional.empty(), Scope.SUM);
  }

  static Shortfall ofNode(
      Resource resource, Rational demanded, Rational available, String node, Scope scope) {
    return new Shortfall(
        resource, demanded.minus(available), demanded, available, Optional.of(node), scope);
  }

  /** One sentence for the user, with amounts in units; the amounts are the host's frame. */
  public String message() {
    return switch (scope) {
      case SUM ->
          "%s: all nodes together need %s, the hosts have %s: %s missing"
              .formatted(name(), text(demanded), text(available), text(missing));
      case NODE ->
          ("%s: node %s alone needs %s, the host that comes nearest to holding it offers %s:"
                  + " %s missing")
              .formatted(
                  name(), node.orElseThrow(), text(demanded), text(available), text(missing));
      case REMAINDER ->
          ("%s: node %s needs %s, beside the other nodes the host that comes nearest has %s left:"
                  + " %s missing")
              .formatted(
                  name(), node.orElseThrow(), text(demanded), text(available), text(missing));
    };
  }

  private String name() {
    return resource.displayName();
  }

  private String text(Rational amount) {
    return resource.format(amount);
  }
}
