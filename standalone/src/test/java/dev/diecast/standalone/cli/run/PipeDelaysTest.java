package dev.diecast.standalone.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.supervisor.Instance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipeDelaysTest {
  private static final String TEXT =
      """
      # HELP diecast_pipe_frames_total Frames that came out of a pipe.
      # TYPE diecast_pipe_frames_total counter
      diecast_pipe_frames_total{namespace="default",model="m",pipe="m-a-0 > left \\"1\\"",} 12.0
      diecast_pipe_frames_total{namespace="default",model="m",pipe="left > right",} 1.2E7
      diecast_pipe_frames_total{namespace="other",model="m",pipe="left > right",} 5.0
      diecast_pipe_drops_total{namespace="default",model="m",pipe="left > right",cause="queue",} 3.0
      diecast_pipe_propagation_delay_seconds{namespace="default",model="m",pipe="left > right",} 0.1
      diecast_pipe_delay_seconds{namespace="default",model="m",pipe="left > right",quantile="1",} 0.3
      diecast_pipe_delay_seconds{namespace="default",model="m",pipe="left > right",quantile="0.5",} 0.2
      diecast_network_pipes{namespace="default",model="m",} 4.0
      """;

  @Test
  void readsAModelsPipesInTheGuestsFrame() {
    assertThat(PipeDelays.parse(TEXT, "default", "m", 10))
        .containsExactly(
            new RunReport.Pipe(
                "left > right",
                12_000_000,
                10_000,
                List.of(
                    new RunReport.Pipe.Delay(0.5, 20_000), new RunReport.Pipe.Delay(1, 30_000))),
            new RunReport.Pipe("m-a-0 > left \"1\"", 12, 0, List.of()));
  }

  /** Not a line's end: the backslash before the n is an escaped one. */
  @Test
  void aBackslashBeforeAnNStaysOne() {
    String text =
        "diecast_pipe_frames_total{namespace=\"d\",model=\"m\",pipe=\"back\\\\new\\nline\",} 1.0\n";
    assertThat(PipeDelays.parse(text, "d", "m", 1))
        .extracting(RunReport.Pipe::name)
        .containsExactly("back\\new\nline");
  }

  @Test
  void aModelWithoutANetworkHasNone() {
    assertThat(PipeDelays.parse(TEXT, "default", "n", 10)).isEmpty();
  }

  /** A daemon that was asked to, mixed up the two in an answer of megabytes. */
  @Test
  void theDaemonIsNotAskedToChangeToHttp2(@TempDir Path directory) throws Exception {
    HttpServer daemon =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    List<Headers> asked = new CopyOnWriteArrayList<>();
    daemon.createContext(
        "/metrics",
        exchange -> {
          asked.add(exchange.getRequestHeaders());
          byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, text.length);
          exchange.getResponseBody().write(text);
          exchange.close();
        });
    daemon.start();
    try {
      Instance instance = instanceWithDaemon(directory, daemon.getAddress().getPort());
      assertThat(PipeDelays.of(instance, "default", "m", 10, Progress.SILENT)).hasSize(2);
      assertThat(asked)
          .singleElement()
          .satisfies(headers -> assertThat(headers).doesNotContainKey("Upgrade"));
    } finally {
      daemon.stop(0);
    }
  }

  /** A daemon that stands still: what was judged is not lost for its sake. */
  @Test
  void aDaemonThatDoesNotAnswerIsSaidAndNoMore(@TempDir Path directory) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Instance instance = instanceWithDaemon(directory, silent.getLocalPort());
      List<String> said = new ArrayList<>();
      assertThat(PipeDelays.of(instance, "default", "m", 10, Progress.ofSteps(said::add)))
          .isEmpty();
      assertThat(said).singleElement().asString().contains("does not say how long frames were");
    }
  }

  private static Instance instanceWithDaemon(Path directory, int port) throws IOException {
    Instance instance = new Instance("daemon", directory);
    Files.writeString(
        instance.statusFile(),
        "{\"phase\":\"READY\",\"pid\":1,\"components\":[{\"name\":\"daemon\",\"port\":%d}]}"
            .formatted(port));
    return instance;
  }

  @Test
  void anInstanceWithoutADaemonHasNone(@TempDir Path directory) throws Exception {
    assertThat(PipeDelays.of(new Instance("none", directory), "default", "m", 10, Progress.SILENT))
        .isEmpty();
  }
}
