package dev.diecast.daemon.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
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
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * libvirt's wire protocol, byte for byte, against a peer that plays what a libvirtd 9.0 was seen to
 * answer.
 */
class LibvirtAgentTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final String UUID = "2f3c1f0e-6a3f-4f27-9d6e-0d1a6f5b7c11";

  /** Name "n_vm", then the uuid, then number 7: a domain in XDR. */
  private static final String DOMAIN = "00000004" + "6e5f766d" + UUID.replace("-", "") + "00000007";

  @TempDir Path directory;
  private ServerSocketChannel server;
  private LibvirtAgent agent;
  private final List<String> calls = new CopyOnWriteArrayList<>();

  /** Says the status and the body of a reply; null where it ends the connection. */
  @FunctionalInterface
  private interface Peer {
    String answer(int procedure, String body);
  }

  @BeforeEach
  void listen() throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(directory.resolve("virtqemud-sock")));
  }

  @AfterEach
  void close() throws IOException {
    if (agent != null) {
      agent.close();
    }
    server.close();
  }

  private void connect(Peer peer) throws IOException {
    Thread.ofVirtual().start(() -> serve(peer));
    agent = new LibvirtAgent(SocketChannel.open(server.getLocalAddress()), UUID);
  }

  private void serve(Peer peer) {
    try (SocketChannel client = server.accept()) {
      DataInputStream in = new DataInputStream(Channels.newInputStream(client));
      DataOutputStream out = new DataOutputStream(Channels.newOutputStream(client));
      while (true) {
        byte[] message = new byte[in.readInt() - 4];
        in.readFully(message);
        ByteBuffer header = ByteBuffer.wrap(message);
        int program = header.getInt();
        assertThat(header.getInt()).as("version").isEqualTo(1);
        int procedure = header.getInt();
        assertThat(header.getInt()).as("a call").isZero();
        int serial = header.getInt();
        assertThat(header.getInt()).as("status").isZero();
        String body = HexFormat.of().formatHex(message, 24, message.length);
        calls.add(Integer.toHexString(program) + " " + procedure + " " + body);
        String answer = peer.answer(procedure, body);
        if (answer == null) {
          return;
        }
        // Something unasked first: an event (type 2) and a reply to another call.
        send(out, program, procedure, 2, serial, "00000000" + "ffffffff");
        send(out, program, procedure, 1, serial + 100, "00000000");
        send(out, program, procedure, 1, serial, answer);
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private static void send(
      DataOutputStream out, int program, int procedure, int type, int serial, String rest)
      throws IOException {
    byte[] bytes = HexFormat.of().parseHex(rest);
    out.writeInt(4 + 20 + bytes.length);
    for (int word : new int[] {program, 1, procedure, type, serial}) {
      out.writeInt(word);
    }
    out.write(bytes);
  }

  private static String text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    String hex = HexFormat.of().formatHex(utf8);
    return "%08x%s".formatted(utf8.length, hex) + "00".repeat((4 - utf8.length % 4) % 4);
  }

  private static String refusal(int code, String message) {
    return "00000001" + "%08x".formatted(code) + "0000000a" + "00000001" + text(message);
  }

  @Test
  void findsTheMachineAndPassesRequestsOn() throws IOException {
    connect(
        (procedure, _) ->
            switch (procedure) {
              case 24 -> "00000000" + DOMAIN;
              case 3 -> "00000000" + "00000001" + text("{\"return\":1795312345123456000}");
              default -> "00000000";
            });
    agent.sync(LONG);
    assertThat(new GuestAgent(agent).time(Duration.ofMillis(4100)))
        .isEqualTo(1_795_312_345_123_456_000L);
    assertThat(calls)
        .containsExactly(
            "20008086 66 ",
            "20008086 1 00000001" + text("qemu:///system") + "00000000",
            "20008086 24 " + UUID.replace("-", ""),
            "20008086 420 " + DOMAIN + "00000014" + "00000000",
            "20008087 3 "
                + DOMAIN
                + text("{\"execute\":\"guest-get-time\"}")
                + "00000005"
                + "00000000");
  }

  @Test
  void aLaunchersLibvirtIsASessions() throws IOException {
    connect(
        (procedure, body) ->
            switch (procedure) {
              case 1 ->
                  body.contains(text("qemu:///system"))
                      ? refusal(1, "unexpected QEMU URI path '/system', try qemu:///session")
                      : "00000000";
              case 24 -> "00000000" + DOMAIN;
              default -> "00000000";
            });
    agent.sync(LONG);
    assertThat(calls).contains("20008086 1 00000001" + text("qemu:///session") + "00000000");
  }

  @Test
  void theAgentsRefusalIsToldFromLibvirts() throws IOException {
    String[] says = {""};
    connect(
        (procedure, _) ->
            switch (procedure) {
              case 24 -> "00000000" + DOMAIN;
              case 3 -> refusal(1, says[0]);
              default -> "00000000";
            });
    agent.sync(LONG);
    GuestAgent guest = new GuestAgent(agent);
    says[0] = "internal error: unable to execute QEMU agent command 'guest-set-time': no hwclock";
    assertThatThrownBy(() -> guest.setTime(1, LONG))
        .isInstanceOf(AgentErrorException.class)
        .hasMessageContaining("no hwclock");
    says[0] = "Guest agent is not responding: QEMU guest agent is not connected";
    assertThatThrownBy(() -> guest.time(LONG))
        .isNotInstanceOf(AgentErrorException.class)
        .hasMessage("libvirt: " + says[0]);
  }

  @Test
  void nonsenseIsNoAnswer() throws IOException {
    connect((procedure, _) -> procedure == 24 ? "00000000" + "7fffffff" : "00000000");
    assertThatThrownBy(() -> agent.sync(LONG)).hasMessage("a message ends before its last field");
  }

  @Test
  void itsEndIsToldAtOnce() throws IOException {
    connect((procedure, _) -> procedure == 24 ? null : "00000000");
    assertThatThrownBy(() -> agent.sync(LONG))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(SocketTimeoutException.class)
        .hasMessage("libvirt closed the connection");
    assertThatThrownBy(() -> agent.exchange(Map.of("execute", "guest-get-time"), LONG))
        .isInstanceOf(IOException.class);
  }
}
