package dev.diecast.daemon.process;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that serves one disk to a QEMU by NBD: qemu-nbd(8), which reads and writes the disk, or
 * nbdkit(1) before it, which makes every request wait (nbdkit-delay-filter(1)). Both name the
 * export {@code diecast-<uuid of the machine>-<disk>}.
 *
 * @param uuid of the machine, in lower case
 * @param readDelay that it adds to every read; zero where it adds none
 * @param writeDelay the same of writes
 */
public record DiskServer(
    ProcessKey key, String uuid, String disk, Duration readDelay, Duration writeDelay) {

  private static final Pattern EXPORT =
      Pattern.compile("(?:--export-name|export)=diecast-([0-9a-f-]{36})-([a-z0-9-]{1,40})");
  private static final Pattern READ_DELAY = Pattern.compile("rdelay=(\\d{1,9})ms");
  private static final Pattern WRITE_DELAY = Pattern.compile("wdelay=(\\d{1,9})ms");

  /** Empty where these are not the arguments of one. */
  static Optional<Function<ProcessKey, DiskServer>> parse(List<String> arguments) {
    if (arguments.isEmpty()) {
      return Optional.empty();
    }
    String program = arguments.getFirst();
    String name = program.substring(program.lastIndexOf('/') + 1);
    if (!name.equals("qemu-nbd") && !name.equals("nbdkit")) {
      return Optional.empty();
    }
    return first(arguments, EXPORT)
        .map(
            export ->
                key ->
                    new DiskServer(
                        key,
                        export.group(1),
                        export.group(2),
                        delay(arguments, READ_DELAY),
                        delay(arguments, WRITE_DELAY)));
  }

  private static Duration delay(List<String> arguments, Pattern pattern) {
    return first(arguments, pattern)
        .map(match -> Duration.ofMillis(Long.parseLong(match.group(1))))
        .orElse(Duration.ZERO);
  }

  private static Optional<Matcher> first(List<String> arguments, Pattern pattern) {
    return arguments.stream().map(pattern::matcher).filter(Matcher::matches).findFirst();
  }
}
