package dev.diecast.standalone.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.core.network.EthernetFrame;
import dev.diecast.standalone.virt.ExecResult;
import dev.diecast.standalone.virt.GuestExec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures the network between two guests from inside the first, by its clock.
 *
 * @param guest that asks
 * @param other name of the one that answers
 */
record NetworkProbe(GuestExec guest, String other) {

  /**
   * Of a full frame what is payload of TCP: without Ethernet's, IP's and TCP's with time stamps.
   */
  private static final int PAYLOAD_BYTES = EthernetFrame.FULL_BYTES - 14 - 20 - 32;

  /** Payload of a TCP stream over what it takes of a link. */
  static final double PAYLOAD_OF_STREAM =
      8.0 * PAYLOAD_BYTES / EthernetFrame.wireBits(EthernetFrame.FULL_BYTES);

  private static final int ROUND_TRIPS = 20;
  private static final double BETWEEN_ROUND_TRIPS_SECONDS = 0.05;
  private static final double BETWEEN_ECHOES_SECONDS = 0.005;
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern LEAST = Pattern.compile("= ([0-9.]+)/");
  private static final Pattern RECEIVED = Pattern.compile("(\\d+) packets received");

  /** With a server of streams in the one that answers. */
  static NetworkProbe between(GuestExec guest, GuestExec server, String other) throws IOException {
    run(server, List.of("/usr/bin/iperf3", "--server", "--daemon"), Duration.ZERO);
    NetworkProbe probe = new NetworkProbe(guest, other);
    // Who has its neighbour's address need not ask for it.
    probe.leastRoundTripMicros();
    return probe;
  }

  /** Of some round trips the shortest, microseconds. */
  double leastRoundTripMicros() throws IOException {
    return leastRoundTripMicros(ping(ROUND_TRIPS, BETWEEN_ROUND_TRIPS_SECONDS));
  }

  static double leastRoundTripMicros(String printed) throws IOException {
    return 1000 * Double.parseDouble(find(LEAST, printed));
  }

  /** How many of so many came back. */
  int echoes(int sent) throws IOException {
    return echoes(ping(sent, BETWEEN_ECHOES_SECONDS));
  }

  static int echoes(String printed) throws IOException {
    return Integer.parseInt(find(RECEIVED, printed));
  }

  private String ping(int count, double interval) throws IOException {
    return run(
        guest,
        List.of(
            "/usr/bin/ping",
            "-q",
            "-c",
            Integer.toString(count),
            "-i",
            Double.toString(interval),
            "-W",
            "1",
            other),
        Duration.ofMillis((long) (1000 * count * interval)));
  }

  /**
   * Payload that the other received of one stream of TCP.
   *
   * @param seconds of guest time, after one that is not counted
   */
  double goodputBitsPerSecond(int seconds) throws IOException {
    return goodputBitsPerSecond(
        run(
            guest,
            List.of(
                "/usr/bin/iperf3",
                "--client",
                other,
                "--time",
                Integer.toString(seconds),
                "--omit",
                "1",
                "--json"),
            Duration.ofSeconds(seconds + 1L)));
  }

  static double goodputBitsPerSecond(String printed) throws IOException {
    JsonNode received = JSON.readTree(printed).at("/end/sum_received/bits_per_second");
    if (!received.isNumber()) {
      throw new IOException("iperf3 measured nothing: " + printed.strip());
    }
    return received.asDouble();
  }

  private static String run(GuestExec guest, List<String> command, Duration takes)
      throws IOException {
    ExecResult result =
        guest.run(command, Optional.empty(), takes, takes.multipliedBy(4).plus(ANSWER));
    // ping ends with 1 where nothing came back, and says so.
    if (result.exitCode() != 0 && result.stdoutText().isBlank()) {
      throw new IOException(
          "%s exited with %d: %s"
              .formatted(command.getFirst(), result.exitCode(), result.stderrText().strip()));
    }
    return result.stdoutText();
  }

  private static String find(Pattern pattern, String printed) throws IOException {
    Matcher matcher = pattern.matcher(printed);
    if (!matcher.find()) {
      throw new IOException("no answer came back: " + printed.strip());
    }
    return matcher.group(1);
  }
}
