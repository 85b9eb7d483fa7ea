package dev.diecast.daemon.clock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * The socket of a guest's virtio-serial port, of which we are the one client: JSON objects, one a
 * line.
 */
final class AgentPort implements AgentLine {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DELIMITER = 0xFF;
  private static final int LONGEST_ANSWER_BYTES = 1 << 16;

  private final SocketChannel channel;
  private final AnswerDeadline deadline;
  private final ByteBuffer input = ByteBuffer.allocate(1024).flip();

  AgentPort(SocketChannel channel) {
    this.channel = channel;
    this.deadline =
        new AnswerDeadline(
            channel, "the agent does not run (yet), or another client holds its port");
  }

  /**
   * Leaves behind whatever an earlier client has asked: after this the next answer is ours
   * (guest-sync-delimited).
   */
  @Override
  public void sync(Duration timeout) throws IOException {
    long id = System.nanoTime() & Integer.MAX_VALUE;
    deadline.within(
        timeout,
        () -> {
          // The delimiter makes the agent drop the half of a request that it may still hold.
          channel.write(ByteBuffer.wrap(new byte[] {(byte) DELIMITER}));
          send(Map.of("execute", "guest-sync-delimited", "arguments", Map.of("id", id)));
          while (true) {
            skipToDelimiter();
            JsonNode answer = JSON.readTree(line());
            if (answer.path("return").asLong(-1) == id) {
              return answer;
            }
          }
        });
  }

  @Override
  public JsonNode exchange(Map<String, ?> request, Duration timeout) throws IOException {
    return deadline.within(
        timeout,
        () -> {
          send(request);
          return JSON.readTree(line());
        });
  }

  private void send(Map<String, ?> request) throws IOException {
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

  @Override
  public void close() {
    deadline.closeQuietly();
  }
}
