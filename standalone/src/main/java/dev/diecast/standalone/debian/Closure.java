package dev.diecast.standalone.debian;

/** Which packages come along with those that were asked for. */
public enum Closure {
  /** None: exactly the packages named. */
  NONE,
  /**
   * All dependencies, whatever this host has: for a guest. What only serves installation (dpkg,
   * debconf and the like) is left out, since nothing is installed: packages are unpacked.
   */
  FULL,
  /**
   * The dependencies that this host lacks: for a program that runs here, on the host's own
   * libraries.
   */
  MISSING_ON_HOST
}
