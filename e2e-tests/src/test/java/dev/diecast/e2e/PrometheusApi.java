package dev.diecast.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A Prometheus' HTTP API, v1.
 *
 * @param address such as {@code http://127.0.0.1:9090}
 */
record PrometheusApi(String address) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /**
   * What it answers.
   *
   * @param path behind {@code /api/v1/}
   * @throws IllegalStateException where that is no success, with its words
   */
  JsonNode get(String path) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(address + "/api/v1/" + path))
              .timeout(Duration.ofSeconds(20))
              .build();
      JsonNode answer =
          JSON.readTree(HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream()).body());
      if (!answer.path("status").asText().equals("success")) {
        throw new IllegalStateException(path + ": " + answer);
      }
      return answer.path("data");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The series of an expression as they are now. */
  JsonNode query(String expression) {
    return get("query?query=" + encoded(expression)).path("result");
  }

  /** Whether any of them is a number. */
  boolean hasData(String expression) {
    for (JsonNode series : query(expression)) {
      if (!series.at("/value/1").asText().equals("NaN")) {
        return true;
      }
    }
    return false;
  }

  /** Values of a label in the series that a selector takes; all where it is empty. */
  List<String> labelValues(String label, String selector) {
    String match =
        selector.isEmpty() ? "" : "?match[]=".replace("[]", "%5B%5D") + encoded(selector);
    List<String> values = new ArrayList<>();
    get("label/" + label + "/values" + match).forEach(value -> values.add(value.asText()));
    return values;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
