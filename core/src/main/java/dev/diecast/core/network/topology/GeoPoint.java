package dev.diecast.core.network.topology;

/** A place on the earth, degrees; north and east are positive. */
public record GeoPoint(double latitude, double longitude) {

  /** Mean radius of the earth (IUGG), metres. */
  private static final double EARTH_RADIUS_METRES = 6_371_008.8;

  /** Light in glass: two thirds of its speed in vacuum, metres per second. */
  private static final double METRES_PER_SECOND = 299_792_458.0 * 2 / 3;

  public GeoPoint {
    if (!(Math.abs(latitude) <= 90)) {
      throw new IllegalArgumentException(
          "a latitude of %s degrees: write -90 to 90".formatted(latitude));
    }
    if (!(Math.abs(longitude) <= 180)) {
      throw new IllegalArgumentException(
          "a longitude of %s degrees: write -180 to 180".formatted(longitude));
    }
  }

  /**
   * One-way delay of a fibre along the great circle, nanoseconds. By StrictMath, so that it is the
   * same on every machine.
   */
  public long fibreDelayNanos(GeoPoint other) {
    double phi1 = StrictMath.toRadians(latitude);
    double phi2 = StrictMath.toRadians(other.latitude);
    double sinLatitude = StrictMath.sin((phi2 - phi1) / 2);
    double sinLongitude = StrictMath.sin(StrictMath.toRadians(other.longitude - longitude) / 2);
    double haversine =
        sinLatitude * sinLatitude
            + StrictMath.cos(phi1) * StrictMath.cos(phi2) * sinLongitude * sinLongitude;
    double metres =
        2 * EARTH_RADIUS_METRES * StrictMath.asin(StrictMath.min(1, StrictMath.sqrt(haversine)));
    return StrictMath.round(metres / METRES_PER_SECOND * 1e9);
  }
}
