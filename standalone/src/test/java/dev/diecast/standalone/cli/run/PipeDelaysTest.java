package dev.diecast.standalone.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

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

  @Test
  void aModelWithoutANetworkHasNone() {
    assertThat(PipeDelays.parse(TEXT, "default", "n", 10)).isEmpty();
  }
}
