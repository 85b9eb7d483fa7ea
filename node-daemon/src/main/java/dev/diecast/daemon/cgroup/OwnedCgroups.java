package dev.diecast.daemon.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** Finds the cgroups that bear our name, wherever in the hierarchy they are. */
public final class OwnedCgroups {
  private static final Logger LOG = Logger.getLogger(OwnedCgroups.class);

  private OwnedCgroups() {}

  /**
   * Cgroups come and go while this reads: what vanishes meanwhile is passed over.
   *
   * @param uidOf the uid of the VM whose cgroup it is; empty for one that is not ours
   */
  public static List<Path> under(Path mountPoint, Function<Path, Optional<String>> uidOf) {
    List<Path> owned = new ArrayList<>();
    Deque<Path> open = new ArrayDeque<>(List.of(mountPoint));
    while (!open.isEmpty()) {
      for (Path child : children(open.pop())) {
        if (uidOf.apply(child).isPresent()) {
          owned.add(child);
        } else {
          open.push(child);
        }
      }
    }
    return owned;
  }

  static List<Path> children(Path directory) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(
            directory, entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))) {
      entries.forEach(children::add);
    } catch (IOException | DirectoryIteratorException e) {
      return children;
    }
    return children;
  }

  /** Takes away what somebody has left. */
  @FunctionalInterface
  public interface Removal {
    void run() throws IOException;
  }

  /** Whether it went; a leftover that does not is said, and holds up no other. */
  public static boolean remove(String what, Removal removal) {
    try {
      removal.run();
      return true;
    } catch (IOException e) {
      LOG.warnf("%s: left by a predecessor, and cannot be removed: %s", what, e.getMessage());
      return false;
    }
  }
}
