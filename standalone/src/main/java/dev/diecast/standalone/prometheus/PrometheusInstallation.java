package dev.diecast.standalone.prometheus;

import dev.diecast.standalone.Progress;
import dev.diecast.standalone.SetupException;
import dev.diecast.standalone.debian.Closure;
import dev.diecast.standalone.debian.DebianPackages;
import dev.diecast.standalone.debian.PackageRequest;
import java.nio.file.Path;

/**
 * Debian's Prometheus, unpacked in the cache.
 *
 * @param program the server
 * @param promtool the checker of rules and queries that comes with it
 * @param assets directory of the web pages
 */
public record PrometheusInstallation(String program, String promtool, String assets) {

  /** One release on all hosts: dashboards and rules are tested with its Prometheus. */
  private static final String RELEASE = "bookworm";

  /**
   * The server needs no more of a host than its C library. The rest is scripts of its web pages, to
   * which it has relative links: they must be unpacked beside it, whether the host has them or not.
   */
  private static final PackageRequest PACKAGES =
      PackageRequest.of(
          Closure.NONE,
          "prometheus",
          "fonts-glyphicons-halflings",
          "libjs-bootstrap4",
          "libjs-d3",
          "libjs-eonasdan-bootstrap-datetimepicker",
          "libjs-jquery",
          "libjs-jquery-hotkeys",
          "libjs-moment",
          "libjs-moment-timezone",
          "libjs-mustache",
          "libjs-popper.js",
          "libjs-rickshaw");

  /**
   * Fetches and unpacks it at first (about 23 MB); nothing is installed.
   *
   * @param cache DieCast's cache directory
   * @throws SetupException where it cannot be had, naming the option that asked for it
   */
  public static PrometheusInstallation locate(Path cache, Progress progress) {
    try {
      Path root = DebianPackages.ofRelease(cache, RELEASE, progress).unpack(PACKAGES).root();
      return new PrometheusInstallation(
          root.resolve("usr/bin/prometheus").toString(),
          root.resolve("usr/bin/promtool").toString(),
          root.resolve("usr/share/prometheus/web").toString());
    } catch (SetupException e) {
      throw new SetupException(
          "--prometheus: Debian's package prometheus cannot be had: " + e.getMessage(),
          "Or leave --prometheus out: the run does without",
          e);
    }
  }
}
