package dev.diecast.standalone.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What /proc says of processes (proc(5)). A process may end while it is being read: it then counts
 * as absent.
 */
public final class ProcFilesystem {

  private static final Path PROC = Path.of("/proc");

  private ProcFilesystem() {}

  /** The process of that pid as it is now; empty where there is none or only a zombie. */
  public static Optional<ProcessIdentity> identify(long pid) {
    return stat(pid)
        .filter(fields -> !isDead(fields))
        .map(fields -> new ProcessIdentity(pid, Long.parseLong(fields[19])));
  }

  /** Whether that very process, not a later one of the same pid, runs. */
  public static boolean runs(ProcessIdentity process) {
    return identify(process.pid()).filter(process::equals).isPresent();
  }

  /** All running processes whose environment at exec held {@code variable=value} exactly. */
  public static List<ProcessIdentity> withEnvironment(String variable, String value) {
    String entry = variable + "=" + value;
    List<ProcessIdentity> found = new ArrayList<>();
    for (long pid : pids()) {
      // Identity first: an environment read afterwards cannot belong to an earlier process.
      identify(pid)
          .filter(process -> environment(pid).contains(entry) && runs(process))
          .ifPresent(found::add);
    }
    return found;
  }

  /** The command line's arguments; empty where the process is gone or is a kernel thread. */
  public static List<String> commandLine(long pid) {
    return zeroTerminated(PROC.resolve(Long.toString(pid)).resolve("cmdline"));
  }

  /** The process itself and all its ancestors. */
  public static Set<Long> withAncestors(long pid) {
    Set<Long> chain = new HashSet<>();
    OptionalLong next = OptionalLong.of(pid);
    while (next.isPresent() && next.getAsLong() > 0 && chain.add(next.getAsLong())) {
      next =
          stat(next.getAsLong())
              .map(fields -> OptionalLong.of(Long.parseLong(fields[1])))
              .orElse(OptionalLong.empty());
    }
    return chain;
  }

  private static Set<String> environment(long pid) {
    return new HashSet<>(zeroTerminated(PROC.resolve(Long.toString(pid)).resolve("environ")));
  }

  private static List<Long> pids() {
    try (Stream<Path> entries = Files.list(PROC)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.chars().allMatch(Character::isDigit))
          .map(Long::valueOf)
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot list /proc", e);
    }
  }

  /** Fields of /proc/PID/stat from the third (state) on. */
  private static Optional<String[]> stat(long pid) {
    try {
      String line =
          Files.readString(
              PROC.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1);
      // The second field, the program's name in parentheses, may hold anything but a newline.
      return Optional.of(line.substring(line.lastIndexOf(')') + 2).trim().split(" "));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean isDead(String[] fields) {
    return fields[0].equals("Z") || fields[0].equals("X");
  }

  private static List<String> zeroTerminated(Path file) {
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      return text.isEmpty() ? List.of() : List.of(text.split("\0", -1));
    } catch (IOException e) {
      return List.of();
    }
  }
}
