package dev.diecast.daemon.cgroup;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The cgroup of one vCPU, as it was found.
 *
 * @param child the daemon's own cgroup under that of the QEMU process
 * @param exists whether the child is there
 * @param bandwidth of the child; empty where it is not there or has no cpu controller yet
 * @param threaded v2: whether the child's type is {@code threaded}; v1: true
 * @param inside threads in the child
 * @param due threads that should be in it: the one that runs this vCPU; empty where it is gone
 */
record VcpuCgroup(
    Path child,
    boolean exists,
    Optional<Bandwidth> bandwidth,
    boolean threaded,
    Set<Integer> inside,
    Set<Integer> due) {

  private static final String PREFIX = "diecast-vcpu-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "([0-9a-f-]{36})-\\d+");

  /**
   * @param uid of the DilatedNode
   * @param number of the vCPU, as its thread's name has it
   */
  static String nameFor(String uid, int number) {
    return PREFIX + uid + "-" + number;
  }

  /** The uid in the name of a cgroup of ours; empty for any other. */
  static Optional<String> uidOf(Path directory) {
    Matcher name = NAME.matcher(String.valueOf(directory.getFileName()));
    return name.matches() ? Optional.of(name.group(1)) : Optional.empty();
  }
}
