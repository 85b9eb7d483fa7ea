package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The QEMU Machine Protocol (QEMU, docs/interop/qmp-spec): one line of JSON per message, commands
 * answered by id, events in between.
 */
final class QmpClient implements AutoCloseable {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final SocketChannel channel;
  private final Consumer<JsonNode> onEvent;
  private final Runnable onEnd;
  private final AtomicLong ids = new AtomicLong();
  private final ConcurrentHashMap<Long, CompletableFuture<JsonNode>> waiting =
      new ConcurrentHashMap<>();

  private QmpClient(SocketChannel channel, Consumer<JsonNode> onEvent, Runnable onEnd) {
    this.channel = channel;
    this.onEvent = onEvent;
    this.onEnd = onEnd;
  }

  /**
   * Connects and leaves negotiation mode.
   *
   * @param onEvent called with each event, on a thread of the client
   * @param onEnd called once when the connection ends
   */
  static QmpClient connect(Path socket, Consumer<JsonNode> onEvent, Runnable onEnd)
      throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    QmpClient client = new QmpClient(channel, onEvent, onEnd);
    Thread.ofVirtual().name("qmp-" + socket.getParent().getFileName()).start(client::read);
    client.execute("qmp_capabilities");
    return client;
  }

  JsonNode execute(String command) throws IOException {
    return execute(command, MAPPER.createObjectNode());
  }

  /**
   * Runs a command and waits for its answer.
   *
   * @throws IOException with QEMU's own words where it refuses, or where it does not answer
   */
  JsonNode execute(String command, ObjectNode arguments) throws IOException {
    long id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    ObjectNode message = MAPPER.createObjectNode().put("execute", command).put("id", id);
    if (!arguments.isEmpty()) {
      message.set("arguments", arguments);
    }
    try {
      write(message.toString() + "\n");
      JsonNode response = answer.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
      if (response.has("error")) {
        throw new IOException("QEMU refuses " + command + ": " + response.at("/error/desc"));
      }
      return response.path("return");
    } catch (TimeoutException e) {
      throw new IOException("QEMU did not answer " + command + " in " + ANSWER.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new IOException("QEMU's monitor closed during " + command, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted during " + command, e);
    } finally {
      waiting.remove(id);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private synchronized void write(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private void read() {
    // Reading from the channel's stream would lock out write(): a stream of its own view does not.
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Channels.newInputStream(new ReadView(channel)), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        dispatch(MAPPER.readTree(line));
      }
    } catch (IOException e) {
      // The process ended or close() was called: both end the connection.
    } finally {
      waiting
          .values()
          .forEach(answer -> answer.completeExceptionally(new IOException("connection closed")));
      onEnd.run();
    }
  }

  private void dispatch(JsonNode message) {
    if (message.has("event")) {
      onEvent.accept(message);
    } else if (message.has("id")) {
      CompletableFuture<JsonNode> answer = waiting.get(message.path("id").asLong());
      if (answer != null) {
        answer.complete(message);
      }
    }
  }

  /** Channels.newInputStream takes a selectable channel's blocking lock; this view has none. */
  private record ReadView(SocketChannel channel) implements java.nio.channels.ReadableByteChannel {
    @Override
    public int read(ByteBuffer target) throws IOException {
      return channel.read(target);
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
