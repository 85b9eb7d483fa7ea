package dev.diecast.container;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/** Waits for the chart's readiness probe, on a port of the host's: no port is mapped. */
final class Ready extends AbstractWaitStrategy {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private final int port;

  Ready(int port) {
    this.port = port;
    withStartupTimeout(LIMIT);
  }

  @Override
  protected void waitUntilReady() {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest probe =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/health/ready"))
              .build();
      Awaitility.await("200 of " + probe.uri())
          .atMost(startupTimeout)
          .pollInterval(Duration.ofMillis(100))
          .failFast("the container has ended", () -> !waitStrategyTarget.isRunning())
          .ignoreExceptionsInstanceOf(IOException.class)
          .until(
              () ->
                  http.send(probe, HttpResponse.BodyHandlers.discarding()).statusCode()
                      == HttpURLConnection.HTTP_OK);
    }
  }
}
