package dev.diecast.daemon.clock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A client of the QEMU guest agent (qemu-ga-ref: JSON objects, one a line, over the guest's
 * virtio-serial port). One request at a time; an answer that does not come in time ends the
 * connection, since it might else be taken for the answer to the next request.
 */
final class GuestAgent implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DELIMITER = 0xFF;
  private static final int LONGEST_ANSWER_BYTES = 1 << 16;

  private static final ScheduledExecutorService WATCHDOG =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("agent-timeouts").factory());

  private final SocketChannel channel;
  private final ByteBuffer input = ByteBuffer.allocate(1024).flip();

  GuestAgent(SocketChannel channel) {
    this.channel = channel;
  }

  /**
   * Leaves behind whatever an earlier client has asked: after this the next answer is ours
   * (guest-sync-delimited).
   */
  void sync(Duration timeout) throws IOException {
    long id = System.nanoTime() & Integer.MAX_VALUE;
    withTimeout(
        timeout,
        () -> {
          // The delimiter makes the agent drop the half of a request that it may still hold.
          channel.write(ByteBuffer.wrap(new byte[] {(byte) DELIMITER}));
          send("guest-sync-delimited", Map.of("id", id));
          while (true) {
            skipToDelimiter();
            JsonNode answer = JSON.readTree(line());
            if (answer.path("return").asLong(-1) == id) {
              return answer;
            }
          }
        });
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
    JsonNode answer =
        withTimeout(
            timeout,
            () -> {
              send(command, arguments);
              return JSON.readTree(line());
            });
    if (answer.has("error")) {
      throw new AgentErrorException(command, answer.path("error").path("desc").asText());
    }
    return answer.path("return");
  }

  private void send(String command, Map<String, ?> arguments) throws IOException {
    Map<String, Object> request =
        arguments.isEmpty()
            ? Map.of("execute", command)
            : Map.of("execute", command, "arguments", arguments);
    byte[] bytes = (JSON.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8);
    ByteBuffer output = ByteBuffer.wrap(bytes);
    while (output.hasRemaining()) {
      channel.write(output);
    }
  }

  private void skipToDelimiter() throws IOException {
    while ((next() & 0xFF) != DELIMITER) {
      // an answer to somebody else
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (byte b = next(); b != '\n'; b = next()) {
      line.write(b);
      if (line.size() > LONGEST_ANSWER_BYTES) {
        throw new IOException("the answer of the guest agent is too long to be one");
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private byte next() throws IOException {
    if (!input.hasRemaining()) {
      input.clear();
      int read = channel.read(input);
      input.flip();
      if (read < 0) {
        throw new IOException("QEMU closed the guest agent's connection");
      }
    }
    return input.get();
  }

  @FunctionalInterface
  private interface Exchange {
    JsonNode run() throws IOException;
  }

  private JsonNode withTimeout(Duration timeout, Exchange exchange) throws IOException {
    AtomicBoolean late = new AtomicBoolean();
    ScheduledFuture<?> watchdog =
        WATCHDOG.schedule(
            () -> {
              late.set(true);
              closeQuietly();
            },
            timeout.toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      return exchange.run();
    } catch (ClosedChannelException e) {
      throw late.get()
          ? new SocketTimeoutException(
              "no answer within "
                  + timeout.toSeconds()
                  + " s: the agent does not run (yet), or another client holds its port")
          : e;
    } finally {
      watchdog.cancel(false);
    }
  }

  private void closeQuietly() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no use any more either way.
    }
  }

  @Override
  public void close() {
    closeQuietly();
  }
}
