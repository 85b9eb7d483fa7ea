package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.frame.Frames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Runs commands in a guest through the QEMU guest agent on {@code exec.sock} (QEMU,
 * docs/interop/qemu-ga-ref: guest-sync-delimited, guest-exec, guest-exec-status).
 *
 * <p>Timeouts are in guest time: the guest of a model at T = 10 gets ten times as long on the
 * host's clock.
 */
public final class GuestExec {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The delimiter that guest-sync-delimited puts before its answer, and that resets the parser. */
  private static final byte DELIMITER = (byte) 0xFF;

  /** The agent holds at most 16 MiB of output (qga/commands.c, GUEST_EXEC_MAX_OUTPUT). */
  private static final int LONGEST_LINE = 64 << 20;

  private static final Duration FIRST_POLL = Duration.ofMillis(10);

  /**
   * In guest time: an answer costs an emulated guest some 4 ms of a host core, and asked every
   * quarter of a second one that has a twenty-fifth of a core lost a fifth of it.
   */
  private static final Duration LONGEST_POLL = Duration.ofSeconds(2);

  private final Path socket;
  private final DilationFactor factor;

  public GuestExec(Path execSocket, DilationFactor factor) {
    this.socket = execSocket;
    this.factor = factor;
  }

  /** Runs a program that may end at once. */
  public ExecResult run(List<String> argv, Optional<byte[]> stdin, Duration timeout)
      throws IOException {
    return run(argv, stdin, Duration.ZERO, timeout);
  }

  /**
   * Runs a program and waits for its end.
   *
   * @param argv program and arguments
   * @param stdin what it reads; empty for nothing
   * @param takes guest time that it takes at least: the guest is left alone for so long
   * @param timeout in guest time
   * @throws GuestUnreachableException where the agent does not answer in time
   * @throws IOException where the agent refuses, with its words: no such program, for one
   */
  public ExecResult run(List<String> argv, Optional<byte[]> stdin, Duration takes, Duration timeout)
      throws IOException {
    long deadline = System.nanoTime() + Frames.hostDuration(timeout, factor).toNanos();
    try (Conversation agent = new Conversation(deadline)) {
      agent.synchronise();
      ObjectNode arguments = MAPPER.createObjectNode().put("path", argv.getFirst());
      ArrayNode rest = arguments.putArray("arg");
      argv.stream().skip(1).forEach(rest::add);
      arguments.put("capture-output", true);
      stdin.ifPresent(
          bytes -> arguments.put("input-data", Base64.getEncoder().encodeToString(bytes)));
      long pid = agent.call("guest-exec", arguments).path("pid").asLong();
      ObjectNode which = MAPPER.createObjectNode().put("pid", pid);
      agent.pause(Frames.hostDuration(takes, factor));
      long begin = System.nanoTime();
      while (true) {
        JsonNode status = agent.call("guest-exec-status", which);
        if (status.path("exited").asBoolean()) {
          return result(status);
        }
        agent.pause(poll(Duration.ofNanos(System.nanoTime() - begin)));
      }
    }
  }

  /** The longer it has been waited for, the longer until it is asked again. */
  Duration poll(Duration waited) {
    Duration longest = Frames.hostDuration(LONGEST_POLL, factor);
    Duration next = waited.dividedBy(2);
    return next.compareTo(FIRST_POLL) < 0
        ? FIRST_POLL
        : next.compareTo(longest) > 0 ? longest : next;
  }

  /** Whether the agent answers within the time. */
  public boolean answers(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + Frames.hostDuration(timeout, factor).toNanos();
    try (Conversation agent = new Conversation(deadline)) {
      agent.synchronise();
      return true;
    } catch (GuestUnreachableException e) {
      return false;
    }
  }

  private static ExecResult result(JsonNode status) {
    return new ExecResult(
        status.has("exitcode")
            ? status.path("exitcode").asInt()
            // As shells say it.
            : 128 + status.path("signal").asInt(),
        decode(status.path("out-data")),
        decode(status.path("err-data")),
        status.path("out-truncated").asBoolean(false)
            || status.path("err-truncated").asBoolean(false));
  }

  private static byte[] decode(JsonNode data) {
    return data.isMissingNode() ? new byte[0] : Base64.getDecoder().decode(data.asText());
  }

  /** One connection; the socket serves one at a time, the next waits until this is closed. */
  private final class Conversation implements AutoCloseable {

    private final SocketChannel channel;
    private final Selector selector;
    private final long deadline;
    private final ByteBuffer received = ByteBuffer.allocate(1 << 16).flip();

    Conversation(long deadline) throws IOException {
      this.deadline = deadline;
      try {
        this.channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      } catch (IOException e) {
        throw new GuestUnreachableException("no VM has its agent at " + socket, e);
      }
      channel.configureBlocking(false);
      this.selector = Selector.open();
      channel.register(selector, SelectionKey.OP_READ);
    }

    /** Drops what an earlier client left unread, in both directions. */
    void synchronise() throws IOException {
      long id = ThreadLocalRandom.current().nextLong(1, 1L << 31);
      send(new byte[] {DELIMITER});
      sendCommand("guest-sync-delimited", MAPPER.createObjectNode().put("id", id));
      while (true) {
        String line = line();
        int start = line.lastIndexOf(0xFF);
        if (start >= 0
            && MAPPER.readTree(line.substring(start + 1)).path("return").asLong(-1) == id) {
          return;
        }
      }
    }

    JsonNode call(String command, ObjectNode arguments) throws IOException {
      sendCommand(command, arguments);
      byte[] latin1 = line().getBytes(StandardCharsets.ISO_8859_1);
      JsonNode answer = MAPPER.readTree(new String(latin1, StandardCharsets.UTF_8));
      if (answer.has("error")) {
        throw new IOException(
            "the guest refuses " + command + ": " + answer.at("/error/desc").asText());
      }
      return answer.path("return");
    }

    void pause(Duration time) throws IOException {
      requireTime();
      try {
        Thread.sleep(time);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }

    @Override
    public void close() throws IOException {
      selector.close();
      channel.close();
    }

    private void sendCommand(String command, ObjectNode arguments) throws IOException {
      ObjectNode message = MAPPER.createObjectNode().put("execute", command);
      message.set("arguments", arguments);
      send((message + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void send(byte[] bytes) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        if (channel.write(buffer) == 0) {
          await(SelectionKey.OP_WRITE);
        }
      }
    }

    /** Latin-1, so that the delimiter, which is no UTF-8, stays one character. */
    private String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      while (true) {
        while (received.hasRemaining()) {
          byte next = received.get();
          if (next == '\n') {
            return line.toString(StandardCharsets.ISO_8859_1);
          }
          line.write(next);
        }
        if (line.size() > LONGEST_LINE) {
          throw new IOException("the guest's answer is longer than " + LONGEST_LINE + " bytes");
        }
        await(SelectionKey.OP_READ);
        received.clear();
        int count = channel.read(received);
        received.flip();
        if (count < 0) {
          throw new GuestUnreachableException("the VM ended", null);
        }
      }
    }

    private void await(int operation) throws IOException {
      requireTime();
      channel.keyFor(selector).interestOps(operation);
      selector.select(Math.max(1, Duration.ofNanos(deadline - System.nanoTime()).toMillis()));
      selector.selectedKeys().clear();
      requireTime();
    }

    private void requireTime() throws GuestUnreachableException {
      if (System.nanoTime() > deadline) {
        throw new GuestUnreachableException(
            "the guest did not answer in time on " + socket + " (T = " + factor + ")", null);
      }
    }
  }
}
