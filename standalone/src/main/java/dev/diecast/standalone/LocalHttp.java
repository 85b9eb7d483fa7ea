package dev.diecast.standalone;

import java.net.http.HttpClient;
import java.time.Duration;

/** How the parts on this machine are asked by HTTP. */
public final class LocalHttp {
  private LocalHttp() {}

  /**
   * Of HTTP/1.1, as Prometheus asks. Java's own choice is to ask for a change to HTTP/2 on the way,
   * and after that a daemon's metrics of some hundred pipes came as a frame of HTTP/2 that was
   * none.
   */
  public static HttpClient client(Duration connectTimeout) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(connectTimeout)
        .build();
  }
}
