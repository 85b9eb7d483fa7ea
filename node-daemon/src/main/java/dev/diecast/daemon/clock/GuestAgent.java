package dev.diecast.daemon.clock;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** What the daemon asks of a QEMU guest agent (qemu-ga-ref). */
final class GuestAgent implements AutoCloseable {
  private final AgentLine line;

  GuestAgent(AgentLine line) {
    this.line = line;
  }

  /** Leaves behind whatever an earlier client has asked. */
  void sync(Duration timeout) throws IOException {
    line.sync(timeout);
  }

  /** The guest's wall clock, nanoseconds since the epoch; its resolution is a microsecond. */
  long time(Duration timeout) throws IOException {
    return call("guest-get-time", Map.of(), timeout).asLong();
  }

  /**
   * Sets the guest's wall clock, and then its RTC by the guest's {@code hwclock}, for which the
   * answer waits.
   *
   * @throws AgentErrorException also where the wall clock was set and the RTC was not
   */
  void setTime(long epochNanos, Duration timeout) throws IOException {
    call("guest-set-time", Map.of("time", epochNanos), timeout);
  }

  private JsonNode call(String command, Map<String, ?> arguments, Duration timeout)
      throws IOException {
    Map<String, Object> request =
        arguments.isEmpty()
            ? Map.of("execute", command)
            : Map.of("execute", command, "arguments", arguments);
    JsonNode answer = line.exchange(request, timeout);
    if (answer.has("error")) {
      throw new AgentErrorException(command, answer.path("error").path("desc").asText());
    }
    return answer.path("return");
  }

  @Override
  public void close() {
    line.close();
  }
}
