package dev.diecast.standalone.debian;

import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.SetupException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * apt with a state of its own: lists, caches and the notion of what is installed are under a
 * directory of the user's, so nothing of the host changes and no privilege is needed. Mirrors,
 * keys, proxies and credentials are those of the machine's configuration; its hooks and its
 * third-party sources are not used.
 */
final class Apt {

  /** Age from which the package lists are fetched anew before something is downloaded. */
  private static final Duration LISTS_STALE_AFTER = Duration.ofHours(12);

  private static final Pattern TO_INSTALL =
      Pattern.compile("Inst (\\S+) (?:\\[\\S+] )?\\((\\S+) .*");
  private static final Pattern FETCHING =
      Pattern.compile("Get:(\\d+) \\S+ \\S+ \\S+ (\\S+) \\S+ (\\S+) \\[(.*)]");

  private final Path directory;
  private final String release;
  private final AptConfiguration configuration;
  private final Progress progress;

  /**
   * @param directory where the state is kept; one per release
   * @param release Debian's codename of the release that packages are taken from
   */
  Apt(Path directory, String release, Progress progress) {
    this.directory = directory;
    this.release = release;
    this.configuration = new AptConfiguration(directory, release);
    this.progress = progress;
  }

  /** Writes the configuration and fetches the package lists where they are missing or old. */
  void update() {
    configuration.write();
    Path stamp = directory.resolve("updated");
    if (isFresh(stamp)) {
      return;
    }
    progress.step("Fetching Debian's package lists (" + release + ")");
    HostCommand.Result result = apt("apt-get", "-q", "update").onLine(progress::detail).run();
    if (!result.succeeded()) {
      throw failure("cannot fetch Debian's package lists", result);
    }
    try {
      Files.writeString(stamp, Instant.now().toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What has to be unpacked for the request, with versions, sorted by name. */
  List<DebianPackage> resolve(PackageRequest request) {
    List<String> pinned = new ArrayList<>();
    if (request.closure() == Closure.NONE) {
      pinned.addAll(request.packages());
    } else {
      List<String> command =
          new ArrayList<>(
              List.of(
                  "apt-get",
                  "-s",
                  "-q",
                  "--no-install-recommends",
                  "-o",
                  "Dir::State::status=" + configuration.status(request),
                  "install"));
      command.addAll(request.packages());
      HostCommand.Result result = apt(command.toArray(String[]::new)).run();
      if (!result.succeeded()) {
        throw failure("cannot resolve " + String.join(", ", request.packages()), result);
      }
      for (String line : result.output()) {
        Matcher matcher = TO_INSTALL.matcher(line);
        if (matcher.matches()) {
          pinned.add(matcher.group(1) + "=" + matcher.group(2));
        }
      }
    }
    return describe(pinned);
  }

  /**
   * Downloads the packages that are not there yet; apt checks their hashes against the signed
   * lists. Returns the directory of the files.
   */
  Path download(List<DebianPackage> packages) {
    Path archives = directory.resolve("archives");
    List<DebianPackage> missing =
        packages.stream().filter(p -> !Files.exists(archives.resolve(p.fileName()))).toList();
    if (missing.isEmpty()) {
      return archives;
    }
    long bytes = missing.stream().mapToLong(DebianPackage::downloadBytes).sum();
    progress.step("Fetching %d Debian packages (%.1f MB)".formatted(missing.size(), bytes / 1e6));
    List<String> command = new ArrayList<>(List.of("apt-get", "-q", "download"));
    missing.forEach(p -> command.add(p.pinned()));
    HostCommand.Result result =
        apt(command.toArray(String[]::new))
            .directory(archives)
            .onLine(line -> fetched(line, missing.size()))
            .run();
    if (!result.succeeded()) {
      throw failure("cannot download Debian packages", result);
    }
    return archives;
  }

  /** The dependencies of a package as its control file states them. */
  String depends(String name) {
    return show(List.of(name)).stream()
        .map(fields -> fields.getOrDefault("depends", ""))
        .findFirst()
        .orElse("");
  }

  private void fetched(String line, int of) {
    Matcher matcher = FETCHING.matcher(line);
    if (matcher.matches()) {
      progress.detail(
          "%s of %d: %s (%s)".formatted(matcher.group(1), of, matcher.group(2), matcher.group(4)));
    }
  }

  private List<DebianPackage> describe(List<String> pinned) {
    if (pinned.isEmpty()) {
      return List.of();
    }
    return show(pinned).stream()
        .map(
            fields ->
                new DebianPackage(
                    fields.get("package"),
                    fields.get("version"),
                    fields.get("architecture"),
                    Long.parseLong(fields.get("size")),
                    Long.parseLong(fields.getOrDefault("installed-size", "0"))))
        .distinct()
        .sorted(java.util.Comparator.comparing(DebianPackage::name))
        .toList();
  }

  private List<Map<String, String>> show(List<String> packages) {
    List<String> command = new ArrayList<>(List.of("apt-cache", "show", "--no-all-versions"));
    command.addAll(packages);
    HostCommand.Result result = apt(command.toArray(String[]::new)).run();
    if (!result.succeeded()) {
      throw failure(
          "Debian " + release + " does not describe " + String.join(", ", packages), result);
    }
    return Deb822.parse(result.output());
  }

  private boolean isFresh(Path stamp) {
    try {
      Path sources = configuration.sources();
      return Files.exists(stamp)
          && !Files.getLastModifiedTime(sources)
              .toInstant()
              .isAfter(Files.getLastModifiedTime(stamp).toInstant())
          && Files.getLastModifiedTime(stamp)
              .toInstant()
              .isAfter(Instant.now().minus(LISTS_STALE_AFTER));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HostCommand apt(String... arguments) {
    return HostCommand.of(List.of(arguments))
        .environment(
            Map.of(
                "APT_CONFIG",
                configuration.file().toString(),
                "DEBIAN_FRONTEND",
                "noninteractive"));
  }

  private SetupException failure(String what, HostCommand.Result result) {
    List<String> said =
        Stream.concat(result.errors().stream(), result.output().stream())
            .filter(l -> l.startsWith("E:"))
            .toList();
    String errors = String.join("; ", said.isEmpty() ? result.errors() : said);
    String lower = (errors + String.join(" ", result.output())).toLowerCase(Locale.ROOT);
    String mend = "Run `apt-get update` by hand to see whether apt works on this machine";
    if (lower.contains("unable to locate package")
        || lower.contains("no packages found")
        || lower.contains("no installation candidate")) {
      mend =
          "Check the spelling; packages of Debian " + release + " are listed by `apt-cache search`";
    } else if (Stream.of(
            "could not resolve",
            "temporary failure",
            "could not connect",
            "unable to connect",
            "timed out",
            "connection refused",
            "network is unreachable")
        .anyMatch(lower::contains)) {
      mend =
          "The Debian mirror of this machine's apt configuration cannot be reached: check the network, or the proxy in /etc/apt/apt.conf.d";
    } else if (lower.contains("no space left")) {
      mend = "Free space on the file system of " + directory;
    } else if (lower.contains("404") || lower.contains("not found")) {
      mend =
          "The mirror moved on since the lists were fetched: remove "
              + directory.resolve("updated")
              + " and try again";
    }
    return new SetupException(what + ": " + errors, mend);
  }
}
