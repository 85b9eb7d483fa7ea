package dev.diecast.daemon.disk;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name of the cgroup that holds a VM's throttles in v1. */
final class ThrottleCgroup {
  private static final String PREFIX = "diecast-disk-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "([0-9a-f-]{36})");

  private ThrottleCgroup() {}

  /**
   * @param uid of the DilatedNode
   */
  static String nameFor(String uid) {
    return PREFIX + uid;
  }

  /** The uid in the name of a cgroup of ours; empty for any other. */
  static Optional<String> uidOf(Path directory) {
    Matcher name = NAME.matcher(String.valueOf(directory.getFileName()));
    return name.matches() ? Optional.of(name.group(1)) : Optional.empty();
  }
}
