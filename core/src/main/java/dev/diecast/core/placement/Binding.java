package dev.diecast.core.placement;

/**
 * The resource that is nearest to its limit, and where.
 *
 * @param percent use over what may be planned, to the nearest per cent; 0 where nothing is limited
 */
public record Binding(Resource resource, String host, int percent) {

  /** Such as {@code cpu on w3, 87 %}. */
  public String message() {
    return "%s on %s, %d %%".formatted(resource.displayName(), host, percent);
  }
}
