package dev.diecast.daemon.network.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code tc -j} shows of a device (iproute2 6.1).
 *
 * @param rootKind of the root qdisc; empty where the kernel shows none
 * @param rootHandle such as {@code dc0:}; the kernel's own defaults have {@code 0:}
 * @param otherwise HTB's default class, where ours is there
 * @param rates bytes a second by class minor, of our qdisc; tc prints four digits or more
 * @param pipes netem's part by class minor; without the rate's ceiling
 * @param filters of ours: the class that each destination's address leads to, and the kernel's
 *     number for the filter
 */
record TcState(
    Optional<String> rootKind,
    String rootHandle,
    int otherwise,
    Map<Integer, Long> rates,
    Map<Integer, KernelPipe> pipes,
    Map<String, Filter> filters) {

  /** To which class a filter leads, and by which number the kernel knows it. */
  record Filter(int minor, long number) {}

  static final String OURS = Integer.toHexString(DeviceTree.MAJOR) + ":";
  private static final double NANOS = 1e9;
  private static final Pattern CLASS =
      Pattern.compile("class htb (\\S+) .*?\\brate (\\d+)([KMGT]?)bit\\b.*");
  private static final String SCALES = "KMGT";
  private static final int BITS = 8;

  boolean isOurs() {
    return rootHandle.equals(OURS);
  }

  /** Whether the kernel itself put it there, and does again when ours goes. */
  boolean isDefault() {
    return rootKind.isEmpty() || rootHandle.equals("0:");
  }

  /**
   * @param qdiscs of {@code tc -j qdisc show dev DEVICE}
   * @param classes of {@code tc class show dev DEVICE}: tc has no JSON for HTB's
   * @param filters of {@code tc -j filter show dev DEVICE}
   */
  static TcState parse(JsonNode qdiscs, String classes, JsonNode filters) {
    Optional<String> rootKind = Optional.empty();
    String rootHandle = "0:";
    int otherwise = 0;
    Map<Integer, KernelPipe> pipes = new HashMap<>();
    for (JsonNode qdisc : qdiscs) {
      if (qdisc.path("root").asBoolean()) {
        rootKind = Optional.of(qdisc.path("kind").asText());
        rootHandle = qdisc.path("handle").asText();
        otherwise = number(qdisc.at("/options/default").asText("0"));
      } else if (qdisc.path("parent").asText().startsWith(OURS)
          && qdisc.path("kind").asText().equals("netem")) {
        pipes.put(minor(qdisc.path("parent").asText()), pipe(qdisc.path("options")));
      }
    }
    return new TcState(rootKind, rootHandle, otherwise, rates(classes), pipes, ours(filters));
  }

  private static Map<Integer, Long> rates(String classes) {
    Map<Integer, Long> rates = new HashMap<>();
    for (String line : classes.lines().toList()) {
      Matcher matcher = CLASS.matcher(line);
      if (matcher.matches() && matcher.group(1).startsWith(OURS)) {
        long rate = Long.parseLong(matcher.group(2));
        for (int i = matcher.group(3).isEmpty() ? -1 : SCALES.indexOf(matcher.group(3));
            i >= 0;
            i--) {
          rate *= 1_000;
        }
        rates.put(minor(matcher.group(1)), rate / BITS);
      }
    }
    return rates;
  }

  private static Map<String, Filter> ours(JsonNode filters) {
    Map<String, Filter> ours = new HashMap<>();
    for (JsonNode filter : filters) {
      JsonNode options = filter.path("options");
      String address = options.path("keys").path("dst_ip").asText("");
      if (options.path("classid").asText().startsWith(OURS) && !address.isEmpty()) {
        ours.put(
            canonical(address),
            new Filter(minor(options.path("classid").asText()), options.path("handle").asLong()));
      }
    }
    return ours;
  }

  /** One way of writing an address, of the several that IPv6 has. */
  static String canonical(String address) {
    return InetAddress.ofLiteral(address).getHostAddress();
  }

  private static KernelPipe pipe(JsonNode options) {
    JsonNode loss = options.path("loss-random").path("loss");
    return new KernelPipe(
        options.at("/rate/rate").asLong(),
        Math.round(options.at("/delay/delay").asDouble() * NANOS),
        (int) Math.round(loss.asDouble() * NANOS),
        options.path("limit").asLong());
  }

  private static int minor(String handle) {
    return number(handle.substring(handle.indexOf(':') + 1));
  }

  private static int number(String hex) {
    String digits = hex.startsWith("0x") ? hex.substring(2) : hex;
    return digits.isEmpty() ? 0 : Integer.parseInt(digits, 16);
  }
}
