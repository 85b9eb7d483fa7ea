package dev.diecast.standalone.cli.verdict;

import dev.diecast.standalone.cli.session.Refusal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A moment in the past, as a person names it. */
final class Moment {
  private static final Pattern AGO = Pattern.compile("([0-9]{1,9})([smh])");

  private Moment() {}

  /**
   * @param flag for messages
   * @param text RFC 3339 with its offset, or how long ago: {@code 90s}, {@code 10m}, {@code 2h}
   * @throws Refusal where it is neither, or not in the past
   */
  static Instant parse(String flag, String text, Instant now) {
    Instant moment =
        read(text, now)
            .orElseThrow(
                () ->
                    new Refusal(
                        "%s: %s: is no time: write 2026-11-27T09:30:00Z, or how long ago: 90s, 10m, 2h"
                            .formatted(flag, text)));
    if (!moment.isBefore(now)) {
      throw new Refusal("%s: %s: is not in the past (it is %s now)".formatted(flag, text, now));
    }
    return moment;
  }

  private static Optional<Instant> read(String text, Instant now) {
    Matcher ago = AGO.matcher(text);
    if (ago.matches()) {
      long count = Long.parseLong(ago.group(1));
      return Optional.of(
          now.minus(
              switch (ago.group(2)) {
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                default -> Duration.ofHours(count);
              }));
    }
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
