package dev.diecast.container;

import dev.diecast.standalone.Progress;
import dev.diecast.standalone.UserDirectories;
import dev.diecast.standalone.debian.Closure;
import dev.diecast.standalone.debian.DebianPackages;
import dev.diecast.standalone.debian.PackageRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * What stands in for the Containerfiles' own base where no registry can be reached: what they ask
 * of one, and no more. Debian packages unpacked, and the JDK that runs the tests.
 */
final class BaseImage {
  static final String JAVA_HOME = "/opt/java";

  /** With sh for RUN, timeout for the training run, and nsenter and tc for the daemon. */
  private static final PackageRequest PACKAGES =
      PackageRequest.of(
          Closure.FULL, "base-files", "bash", "coreutils", "dash", "iproute2", "util-linux");

  private static final Set<String> MERGED = Set.of("bin", "sbin", "lib", "lib32", "lib64");

  /** For people, not for programs. */
  private static final List<String> LEFT_OUT =
      List.of("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info");

  private static final List<String> JDK_LEFT_OUT =
      List.of("man", "include", "jmods", "demo", "lib/src.zip");

  private static final int PERMISSIONS = 07777;

  /** Where an entry's content is; directories are sorted before what is in them. */
  private sealed interface Entry {
    record Copy(Path of) implements Entry {}

    record Link(String to) implements Entry {}
  }

  private final TreeMap<String, Entry> entries = new TreeMap<>();

  private BaseImage() {}

  /** Writes it to a file, as {@code docker import} takes it. */
  static void write(Path tar) throws IOException {
    BaseImage image = new BaseImage();
    image.debian(
        DebianPackages.ofHost(UserDirectories.cache(), Progress.ofSteps(System.err::println))
            .unpack(PACKAGES)
            .root());
    image.jdk(Path.of(System.getProperty("java.home")));
    MERGED.forEach(name -> image.entries.put(name, new Entry.Link("usr/" + name)));
    // What packages leave to their scripts, which do not run.
    image.entries.putIfAbsent("usr/bin/sh", new Entry.Link("dash"));
    image.entries.put("var/run", new Entry.Link("/run"));
    image.writeTo(tar);
  }

  /** Files of packages, merged into usr as Debian does when it installs them. */
  private void debian(Path root) throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path path : walk.toList()) {
        String name = root.relativize(path).toString();
        int slash = name.indexOf('/');
        if (name.isEmpty() || MERGED.contains(name) || isIn(LEFT_OUT, name)) {
          continue;
        }
        if (slash > 0 && MERGED.contains(name.substring(0, slash))) {
          name = "usr/" + name;
        }
        if (Files.isSymbolicLink(path)) {
          // Never in place of a file: /usr/bin/x may link to /bin/x, which is the same here.
          entries.putIfAbsent(name, new Entry.Link(Files.readSymbolicLink(path).toString()));
        } else {
          entries.put(name, new Entry.Copy(path));
        }
      }
    }
  }

  /** Links followed: distributions link some of its files to elsewhere. */
  private void jdk(Path home) throws IOException {
    try (Stream<Path> walk = Files.walk(home, FileVisitOption.FOLLOW_LINKS)) {
      for (Path path : walk.filter(Files::exists).toList()) {
        String name = home.relativize(path).toString();
        if (!isIn(JDK_LEFT_OUT, name)) {
          entries.put(
              JAVA_HOME.substring(1) + (name.isEmpty() ? "" : "/" + name), new Entry.Copy(path));
        }
      }
    }
  }

  private static boolean isIn(List<String> directories, String name) {
    return directories.stream().anyMatch(d -> name.equals(d) || name.startsWith(d + "/"));
  }

  private void writeTo(Path tar) throws IOException {
    try (TarArchiveOutputStream out =
        new TarArchiveOutputStream(Files.newOutputStream(tar), StandardCharsets.UTF_8.name())) {
      out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      for (Map.Entry<String, Entry> entry : entries.entrySet()) {
        switch (entry.getValue()) {
          case Entry.Copy(Path of) -> put(out, entry.getKey(), of);
          case Entry.Link(String to) -> put(out, entry.getKey(), to);
        }
      }
    }
  }

  private static void put(TarArchiveOutputStream out, String name, String target)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
    entry.setLinkName(target);
    out.putArchiveEntry(entry);
    out.closeArchiveEntry();
  }

  private static void put(TarArchiveOutputStream out, String name, Path source) throws IOException {
    boolean directory = Files.isDirectory(source);
    TarArchiveEntry entry = new TarArchiveEntry(directory ? name + "/" : name);
    entry.setMode((int) Files.getAttribute(source, "unix:mode") & PERMISSIONS);
    entry.setModTime(Files.getLastModifiedTime(source, LinkOption.NOFOLLOW_LINKS));
    entry.setIds(0, 0);
    entry.setSize(directory ? 0 : Files.size(source));
    out.putArchiveEntry(entry);
    if (!directory) {
      Files.copy(source, out);
    }
    out.closeArchiveEntry();
  }
}
