package dev.diecast.standalone.debian;

import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.SetupException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Debian archives that this machine's apt knows; third parties' are left out, since they may be
 * down and are never needed.
 */
record AptSources(List<AptSource> debian) {

  /**
   * Names a {@code .sources} file to use instead of the machine's configuration: for derivatives of
   * Debian, which have no entry of Debian's.
   */
  static final String OVERRIDE = "DIECAST_APT_SOURCES";

  static AptSources ofThisMachine() {
    String override = System.getenv(OVERRIDE);
    List<Path> files = override != null ? List.of(Path.of(override)) : configured();
    List<AptSource> all = new ArrayList<>();
    for (Path file : files) {
      try {
        List<String> lines = Files.readAllLines(file);
        all.addAll(
            file.toString().endsWith(".sources")
                ? AptSource.parseDeb822(lines)
                : AptSource.parseOneLine(lines));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read apt's sources in " + file, e);
      }
    }
    return new AptSources(all.stream().filter(AptSource::isDebian).toList());
  }

  /**
   * A {@code .sources} file for one release.
   *
   * @throws SetupException when there is no Debian archive among the sources
   */
  String renderFor(String release) {
    List<String> stanzas =
        debian.stream()
            .map(source -> source.renderFor(release))
            .flatMap(Optional::stream)
            .distinct()
            .toList();
    if (stanzas.isEmpty()) {
      throw new SetupException(
          "this machine's apt sources (/etc/apt/sources.list.d) name no Debian archive",
          "Run DieCast on Debian, or let "
              + OVERRIDE
              + " name a .sources file with Debian's archive and its Signed-By key");
    }
    return String.join("\n", stanzas);
  }

  private static List<Path> configured() {
    List<String> shell =
        HostCommand.of(
                List.of(
                    "apt-config",
                    "shell",
                    "LIST",
                    "Dir::Etc::sourcelist/f",
                    "PARTS",
                    "Dir::Etc::sourceparts/d"))
            .run()
            .output();
    List<Path> files = new ArrayList<>();
    for (String line : shell) {
      Path path = Path.of(line.substring(line.indexOf('=') + 1).replace("'", ""));
      if (Files.isDirectory(path)) {
        try (Stream<Path> children = Files.list(path)) {
          // The names that apt itself reads (sources.list(5)).
          children
              .filter(p -> p.toString().endsWith(".sources") || p.toString().endsWith(".list"))
              .sorted()
              .forEach(files::add);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      } else if (Files.isRegularFile(path)) {
        files.add(path);
      }
    }
    return files;
  }
}
