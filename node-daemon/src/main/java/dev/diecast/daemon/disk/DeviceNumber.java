package dev.diecast.daemon.disk;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A device as the kernel counts it; block devices' throttles are named by it. */
public record DeviceNumber(int major, int minor) implements Comparable<DeviceNumber> {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,7}):(\\d{1,8})");

  /** Reads {@code major:minor}. */
  public static Optional<DeviceNumber> parse(String text) {
    Matcher number = TEXT.matcher(text);
    return number.matches()
        ? Optional.of(
            new DeviceNumber(Integer.parseInt(number.group(1)), Integer.parseInt(number.group(2))))
        : Optional.empty();
  }

  /**
   * Takes a {@code dev_t} of stat(2) apart, as makedev(3) has put it together.
   *
   * @param dev as glibc and the JDK hand it out, 64 bits
   */
  static DeviceNumber ofStat(long dev) {
    int major = (int) (((dev >>> 8) & 0xfff) | ((dev >>> 32) & ~0xfffL));
    int minor = (int) ((dev & 0xff) | ((dev >>> 12) & ~0xffL));
    return new DeviceNumber(major, minor);
  }

  /** File systems without a block device of their own have major 0 (Linux, admin-guide/devices). */
  boolean isAnonymous() {
    return major == 0;
  }

  @Override
  public int compareTo(DeviceNumber other) {
    int byMajor = Integer.compare(major, other.major);
    return byMajor != 0 ? byMajor : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + ":" + minor;
  }
}
