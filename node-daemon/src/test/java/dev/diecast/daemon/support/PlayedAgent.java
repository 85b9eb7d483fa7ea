package dev.diecast.daemon.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plays a guest agent in a guest whose clock runs at 1/T; one client after another. */
final class PlayedAgent {
  private static final Pattern NUMBER = Pattern.compile("\"(?:id|time)\":(\\d+)");
  private static final long START = System.nanoTime();

  private final double factor;
  private long epochNanos = System.currentTimeMillis() * 1_000_000;

  private PlayedAgent(double factor) {
    this.factor = factor;
  }

  static void start(Path socket, double factor) throws IOException {
    ServerSocketChannel server =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(socket));
    Thread.ofPlatform().daemon().name("agent").start(() -> new PlayedAgent(factor).serve(server));
  }

  private void serve(ServerSocketChannel server) {
    while (true) {
      try (SocketChannel client = server.accept()) {
        BufferedReader in =
            new BufferedReader(Channels.newReader(client, StandardCharsets.ISO_8859_1));
        OutputStream out = Channels.newOutputStream(client);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          out.write(answer(line).getBytes(StandardCharsets.ISO_8859_1));
        }
      } catch (IOException e) {
        // The client is gone; there may be another.
      }
    }
  }

  private String answer(String request) {
    Matcher number = NUMBER.matcher(request);
    long argument = number.find() ? Long.parseLong(number.group(1)) : 0;
    if (request.contains("guest-sync-delimited")) {
      return "\u00ff{\"return\":" + argument + "}\n";
    }
    if (request.contains("guest-set-time")) {
      epochNanos = argument - elapsed();
      return "{\"return\":{}}\n";
    }
    return "{\"return\":" + (epochNanos + elapsed()) + "}\n";
  }

  /** Guest time. */
  private long elapsed() {
    return Math.round((System.nanoTime() - START) / factor);
  }
}
