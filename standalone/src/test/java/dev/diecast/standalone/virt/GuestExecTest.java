package dev.diecast.standalone.virt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.core.DilationFactor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client against a socket that speaks the agent's protocol; real guests are in the E2E. */
class GuestExecTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path directory;
  private ServerSocketChannel server;
  private final List<JsonNode> received = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(directory.resolve("exec.sock")));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void sendsArgumentsAndInputAndReturnsBothStreams() throws IOException {
    List<Integer> polls = new ArrayList<>();
    serve(
        command ->
            switch (command.path("execute").asText()) {
              case "guest-exec" -> "{\"return\": {\"pid\": 7}}";
              case "guest-exec-status" -> {
                polls.add(1);
                yield polls.size() < 3
                    ? "{\"return\": {\"exited\": false}}"
                    : "{\"return\": {\"exited\": true, \"exitcode\": 4, \"out-data\": \""
                        + base64("grüße")
                        + "\", \"err-data\": \""
                        + base64("oh")
                        + "\"}}";
              }
              default -> throw new IllegalStateException(command.toString());
            });
    ExecResult result = exec().run(List.of("/bin/x", "a b", "$c"), input("in"), seconds(5));
    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.stdoutText()).isEqualTo("grüße");
    assertThat(result.stderrText()).isEqualTo("oh");
    JsonNode arguments = received.get(1).path("arguments");
    assertThat(arguments.path("path").asText()).isEqualTo("/bin/x");
    assertThat(arguments.path("arg").toString()).isEqualTo("[\"a b\",\"$c\"]");
    assertThat(arguments.path("input-data").asText()).isEqualTo(base64("in"));
  }

  /** An answer costs a guest CPU time: while its work is measured it is asked nothing. */
  @Test
  void leavesAGuestAloneForAsLongAsItsProgramTakes() throws IOException {
    List<Long> asked = new CopyOnWriteArrayList<>();
    serve(
        command -> {
          asked.add(System.nanoTime());
          return command.path("execute").asText().equals("guest-exec")
              ? "{\"return\": {\"pid\": 7}}"
              : "{\"return\": {\"exited\": true, \"exitcode\": 0}}";
        });
    exec().run(List.of("/x"), Optional.empty(), Duration.ofMillis(30), seconds(5));
    assertThat(asked).as("to run it, and how it ended").hasSize(2);
    assertThat(Duration.ofNanos(asked.get(1) - asked.get(0)))
        .as("30 ms of the guest's time at T = 10")
        .isGreaterThanOrEqualTo(Duration.ofMillis(300));
  }

  @ParameterizedTest
  @CsvSource({"0, 10", "100, 50", "4000, 2000", "60000, 20000"})
  void asksLessOftenTheLongerAProgramRuns(long waitedMillis, long pauseMillis) {
    assertThat(exec().poll(Duration.ofMillis(waitedMillis)))
        .as("at T = 10 never more than 20 s")
        .isEqualTo(Duration.ofMillis(pauseMillis));
  }

  @Test
  void saysHowASignalEndedIt() throws IOException {
    serve(
        command ->
            command.path("execute").asText().equals("guest-exec")
                ? "{\"return\": {\"pid\": 7}}"
                : "{\"return\": {\"exited\": true, \"signal\": 9}}");
    assertThat(exec().run(List.of("/x"), Optional.empty(), seconds(5)).exitCode()).isEqualTo(137);
  }

  @Test
  void passesOnTheGuestsRefusal() {
    serve(command -> "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no such file\"}}");
    assertThatThrownBy(() -> exec().run(List.of("/x"), Optional.empty(), seconds(5)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void saysWhenNobodyAnswers() {
    assertThatThrownBy(() -> exec().run(List.of("/x"), Optional.empty(), Duration.ofMillis(20)))
        .isInstanceOf(GuestUnreachableException.class)
        .hasMessageContaining("T = 10");
  }

  @Test
  void saysWhenThereIsNoSocket() {
    GuestExec exec = new GuestExec(directory.resolve("none.sock"), DilationFactor.of(10));
    assertThatThrownBy(() -> exec.run(List.of("/x"), Optional.empty(), seconds(1)))
        .isInstanceOf(GuestUnreachableException.class)
        .hasMessageContaining("none.sock");
  }

  private GuestExec exec() {
    return new GuestExec(directory.resolve("exec.sock"), DilationFactor.of(10));
  }

  private static Optional<byte[]> input(String text) {
    return Optional.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Answers the synchronisation itself, after the leftovers of an earlier conversation. */
  private void serve(Function<JsonNode, String> answers) {
    Thread.ofVirtual()
        .start(
            () -> {
              try (SocketChannel client = server.accept()) {
                while (true) {
                  String line = line(client);
                  JsonNode command = MAPPER.readTree(line.substring(line.lastIndexOf(0xFF) + 1));
                  received.add(command);
                  if (command.path("execute").asText().equals("guest-sync-delimited")) {
                    write(client, "{\"return\": {\"exited\": tr\n{\"return\": 1}\n");
                    client.write(ByteBuffer.wrap(new byte[] {(byte) 0xFF}));
                    write(client, "{\"return\": " + command.at("/arguments/id") + "}\n");
                  } else {
                    write(client, answers.apply(command) + "\n");
                  }
                }
              } catch (IOException e) {
                // The client hung up: the conversation is over.
              }
            });
  }

  private static String line(SocketChannel client) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (true) {
      one.clear();
      if (client.read(one) < 0) {
        throw new IOException("end");
      }
      if (one.get(0) == '\n') {
        return line.toString(StandardCharsets.ISO_8859_1);
      }
      line.write(one.get(0));
    }
  }

  private static void write(SocketChannel client, String text) throws IOException {
    client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }
}
