package dev.diecast.daemon.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wire protocol, byte for byte, against a peer that plays what a qemu-ga sends. */
class GuestAgentTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  @TempDir Path directory;
  private ServerSocketChannel server;
  private GuestAgent agent;

  @BeforeEach
  void listen() throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(directory.resolve("agent.sock")));
  }

  @AfterEach
  void close() throws IOException {
    if (agent != null) {
      agent.close();
    }
    server.close();
  }

  /** Answers each line with what {@code peer} makes of it; null is silence. */
  private void connect(Function<String, byte[]> peer) throws IOException {
    Thread.ofVirtual()
        .start(
            () -> {
              try (SocketChannel client = server.accept();
                  BufferedReader lines =
                      new BufferedReader(Channels.newReader(client, StandardCharsets.ISO_8859_1))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  byte[] answer = peer.apply(line);
                  if (answer != null) {
                    client.write(ByteBuffer.wrap(answer));
                  }
                }
              } catch (IOException e) {
                // The test is over.
              }
            });
    SocketChannel channel = SocketChannel.open(server.getLocalAddress());
    agent = new GuestAgent(new AgentPort(channel));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void syncPassesOverStaleAnswersAndOtherIds() throws IOException {
    connect(
        line -> {
          assertThat(line).startsWith("\u00ff{").contains("guest-sync-delimited");
          String id = line.replaceAll("\\D", "");
          return bytes("{\"return\": 1}\n\u00ff{\"return\": 7}\n\u00ff{\"return\": " + id + "}\n");
        });
    agent.sync(LONG);
  }

  @Test
  void readsAndSetsTheTime() throws IOException {
    connect(
        line ->
            line.equals("{\"execute\":\"guest-get-time\"}")
                ? bytes("{\"return\": 1795312345123456000}\n")
                : line.equals("{\"execute\":\"guest-set-time\",\"arguments\":{\"time\":99}}")
                        || line.equals(
                            "{\"arguments\":{\"time\":99},\"execute\":\"guest-set-time\"}")
                    ? bytes("{\"return\": {}}\n")
                    : bytes("{\"error\":{\"class\":\"GenericError\",\"desc\":\"what?\"}}\n"));
    assertThat(agent.time(LONG)).isEqualTo(1_795_312_345_123_456_000L);
    agent.setTime(99, LONG);
    assertThatThrownBy(() -> agent.setTime(98, LONG))
        .isInstanceOf(AgentErrorException.class)
        .hasMessage("guest-set-time: what?");
    assertThat(agent.time(LONG)).as("the connection outlives a refusal").isPositive();
  }

  @Test
  void silenceEndsTheConnection() throws IOException {
    connect(_ -> null);
    assertThatThrownBy(() -> agent.time(Duration.ofMillis(200)))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessageContaining("another client holds its port");
    assertThatThrownBy(() -> agent.time(LONG)).isInstanceOf(IOException.class);
  }

  @Test
  void findsWhereASocketIsBound() throws IOException {
    List<String> table =
        List.of(
            "Num       RefCount Protocol Flags    Type St Inode Path",
            "0000000000000000: 00000002 00000000 00010000 0001 01 20123 /run/a b.sock",
            "0000000000000000: 00000003 00000000 00000000 0001 03 20124");
    assertThat(AgentSocket.boundPath(table, "20123")).isEqualTo("/run/a b.sock");
    assertThatThrownBy(() -> AgentSocket.boundPath(table, "20124")).hasMessageContaining("no path");
  }
}
