package dev.diecast.standalone.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The files of a guest, to be packed into an initramfs. Paths are relative and merged into {@code
 * usr} as Debian does since bookworm, whatever the packages say: {@code bin/x} is kept as {@code
 * usr/bin/x}. Everything belongs to root.
 */
public final class RootFileSystem {

  /** One file. Modes are permission bits. */
  sealed interface Entry {
    int mode();

    record Directory(int mode) implements Entry {}

    record PackedFile(Path source, int mode) implements Entry {}

    record Text(byte[] content, int mode) implements Entry {}

    record Symlink(String target) implements Entry {
      @Override
      public int mode() {
        return 0777;
      }
    }

    record CharacterDevice(int major, int minor, int mode) implements Entry {}
  }

  private static final Set<String> MERGED =
      Set.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");

  private final SortedMap<String, Entry> entries = new TreeMap<>();

  SortedMap<String, Entry> entries() {
    return Collections.unmodifiableSortedMap(entries);
  }

  boolean contains(String path) {
    return entries.containsKey(merged(path));
  }

  public RootFileSystem directory(String path, int mode) {
    return put(path, new Entry.Directory(mode));
  }

  public RootFileSystem text(String path, String content, int mode) {
    return bytes(path, content.getBytes(StandardCharsets.UTF_8), mode);
  }

  RootFileSystem bytes(String path, byte[] content, int mode) {
    return put(path, new Entry.Text(content, mode));
  }

  public RootFileSystem symlink(String path, String target) {
    return put(path, new Entry.Symlink(target));
  }

  public RootFileSystem device(String path, int major, int minor, int mode) {
    return put(path, new Entry.CharacterDevice(major, minor, mode));
  }

  /** A regular file of the host under another name; what it links to, if it is a link. */
  public RootFileSystem file(String path, Path source, int mode) {
    return put(path, new Entry.PackedFile(source, mode));
  }

  /**
   * Everything under a directory of the host, links as links; what is there already is replaced.
   *
   * @param wanted which paths, relative to {@code from} and without leading slash
   */
  RootFileSystem tree(Path from, Predicate<String> wanted) {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : walk.sorted().toList()) {
        String relative = from.relativize(path).toString();
        if (!relative.isEmpty() && wanted.test(relative)) {
          copy(relative, path);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + from, e);
    }
    return this;
  }

  private void copy(String relative, Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      symlink(relative, Files.readSymbolicLink(path).toString());
    } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      if (!MERGED.contains(relative)) {
        entries.putIfAbsent(merged(relative), new Entry.Directory(mode(path)));
      }
    } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      file(relative, path, mode(path));
    }
  }

  private static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
  }

  private RootFileSystem put(String path, Entry entry) {
    String key = merged(path);
    for (int slash = key.indexOf('/'); slash > 0; slash = key.indexOf('/', slash + 1)) {
      entries.putIfAbsent(key.substring(0, slash), new Entry.Directory(0755));
    }
    entries.put(key, entry);
    return this;
  }

  private static String merged(String path) {
    int slash = path.indexOf('/');
    return slash > 0 && MERGED.contains(path.substring(0, slash)) ? "usr/" + path : path;
  }

  /**
   * What this has over a base: entries that the base lacks or holds differently. Files are compared
   * by content.
   */
  RootFileSystem minus(RootFileSystem base) {
    RootFileSystem rest = new RootFileSystem();
    for (Map.Entry<String, Entry> entry : entries.entrySet()) {
      if (!Optional.ofNullable(base.entries.get(entry.getKey()))
          .filter(b -> same(b, entry.getValue()))
          .isPresent()) {
        rest.entries.put(entry.getKey(), entry.getValue());
      }
    }
    return rest;
  }

  private static boolean same(Entry one, Entry other) {
    if (one instanceof Entry.PackedFile(Path a, int modeA)
        && other instanceof Entry.PackedFile(Path b, int modeB)) {
      try {
        return modeA == modeB && Files.mismatch(a, b) < 0;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return one.equals(other);
  }
}
