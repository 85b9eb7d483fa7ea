package dev.diecast.standalone.debian;

/**
 * One binary package in one version.
 *
 * @param version Debian's version string, epoch and revision included
 * @param downloadBytes size of the package file
 * @param installedKibibytes Debian's estimate of the unpacked size (field Installed-Size); 0 where
 *     the package does not say
 */
public record DebianPackage(
    String name, String version, String architecture, long downloadBytes, long installedKibibytes) {

  /** As apt takes it. */
  String pinned() {
    return name + "=" + version;
  }

  /** The name that apt gives the package's file; an epoch's colon is escaped. */
  String fileName() {
    return name + "_" + version.replace(":", "%3a") + "_" + architecture + ".deb";
  }
}
