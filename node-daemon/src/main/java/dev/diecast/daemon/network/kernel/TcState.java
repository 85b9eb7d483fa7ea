package dev.diecast.daemon.network.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code tc -j} shows of a device (iproute2 6.1).
 *
 * @param rootKind of the root qdisc; empty where the kernel shows none
 * @param rootHandle such as {@code dc0:}; the kernel's own defaults have {@code 0:}
 * @param otherwise HTB's default class, where ours is there
 * @param rates bytes a second by class minor, of our qdisc
 * @param pipes netem's part by class minor; without the rate's ceiling
 * @param filters of ours: {@code dc0:5 10.64.1.5}
 */
record TcState(
    Optional<String> rootKind,
    String rootHandle,
    int otherwise,
    Map<Integer, Long> rates,
    Map<Integer, KernelPipe> pipes,
    Set<String> filters) {

  static final String OURS = Integer.toHexString(DeviceTree.MAJOR) + ":";
  private static final double NANOS = 1e9;

  boolean isOurs() {
    return rootHandle.equals(OURS);
  }

  /** Whether the kernel itself put it there, and does again when ours goes. */
  boolean isDefault() {
    return rootKind.isEmpty() || rootHandle.equals("0:");
  }

  /**
   * @param qdiscs of {@code tc -j qdisc show dev DEVICE}
   * @param classes of {@code tc -j class show dev DEVICE}
   * @param filters of {@code tc -j filter show dev DEVICE}
   */
  static TcState parse(JsonNode qdiscs, JsonNode classes, JsonNode filters) {
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
    Map<Integer, Long> rates = new HashMap<>();
    for (JsonNode each : classes) {
      if (each.path("handle").asText().startsWith(OURS)) {
        rates.put(minor(each.path("handle").asText()), each.path("rate").asLong());
      }
    }
    Set<String> ours = new HashSet<>();
    for (JsonNode filter : filters) {
      JsonNode options = filter.path("options");
      String address = address(options.path("keys"));
      if (options.path("classid").asText().startsWith(OURS) && !address.isEmpty()) {
        ours.add(options.path("classid").asText() + " " + address);
      }
    }
    return new TcState(rootKind, rootHandle, otherwise, rates, pipes, ours);
  }

  private static KernelPipe pipe(JsonNode options) {
    JsonNode loss = options.path("loss-random").path("loss");
    return new KernelPipe(
        options.at("/rate/rate").asLong(),
        Math.round(options.at("/delay/delay").asDouble() * NANOS),
        (int) Math.round(loss.asDouble() * NANOS),
        options.path("limit").asLong());
  }

  private static String address(JsonNode keys) {
    return keys.path("dst_ip").asText("");
  }

  private static int minor(String handle) {
    return number(handle.substring(handle.indexOf(':') + 1));
  }

  private static int number(String hex) {
    String digits = hex.startsWith("0x") ? hex.substring(2) : hex;
    return digits.isEmpty() ? 0 : Integer.parseInt(digits, 16);
  }
}
