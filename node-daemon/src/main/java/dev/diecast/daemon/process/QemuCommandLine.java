package dev.diecast.daemon.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the daemon needs of a QEMU command line, in its plain ({@code key=value,...}) and JSON forms
 * (qemu(1); libvirt writes the latter where it can).
 */
record QemuCommandLine(
    String uuid, Optional<AgentChannel> agent, Map<String, NetworkChannel> networks) {
  private static final String AGENT_PORT = "org.qemu.guest_agent.0";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Empty where these are not the arguments of a QEMU with a uuid. */
  static Optional<QemuCommandLine> parse(List<String> arguments) {
    if (arguments.isEmpty() || !isQemu(arguments.getFirst())) {
      return Optional.empty();
    }
    return values(arguments, "uuid")
        .findFirst()
        .map(
            uuid ->
                new QemuCommandLine(
                    uuid.toLowerCase(Locale.ROOT), agentChannel(arguments), networks(arguments)));
  }

  private static boolean isQemu(String program) {
    String name = program.substring(program.lastIndexOf('/') + 1);
    return name.startsWith("qemu-system-") || name.equals("qemu-kvm");
  }

  private static java.util.stream.Stream<String> values(List<String> arguments, String option) {
    return java.util.stream.IntStream.range(0, arguments.size() - 1)
        .filter(
            i -> arguments.get(i).equals("-" + option) || arguments.get(i).equals("--" + option))
        .mapToObj(i -> arguments.get(i + 1));
  }

  private static Optional<AgentChannel> agentChannel(List<String> arguments) {
    return values(arguments, "device")
        .map(QemuCommandLine::options)
        .filter(device -> "virtserialport".equals(device.get("driver")))
        .filter(device -> AGENT_PORT.equals(device.get("name")))
        .map(device -> device.getOrDefault("chardev", ""))
        .findFirst()
        .flatMap(
            id ->
                values(arguments, "chardev")
                    .map(QemuCommandLine::options)
                    .filter(chardev -> "socket".equals(chardev.get("driver")))
                    .filter(chardev -> id.equals(chardev.get("id")))
                    .findFirst())
        .flatMap(QemuCommandLine::socket);
  }

  /** Cards that have an address of their own on the command line, by it. */
  private static Map<String, NetworkChannel> networks(List<String> arguments) {
    Map<String, NetworkChannel> networks = new HashMap<>();
    values(arguments, "device")
        .map(QemuCommandLine::options)
        .filter(device -> device.containsKey("mac") && device.containsKey("netdev"))
        .forEach(
            device ->
                values(arguments, "netdev")
                    .map(QemuCommandLine::options)
                    .filter(netdev -> device.get("netdev").equals(netdev.get("id")))
                    .findFirst()
                    .flatMap(QemuCommandLine::network)
                    .ifPresent(
                        channel ->
                            networks.put(device.get("mac").toLowerCase(Locale.ROOT), channel)));
    return networks;
  }

  private static Optional<NetworkChannel> network(Map<String, String> netdev) {
    switch (netdev.getOrDefault("driver", "")) {
      case "stream" -> {
        String path = netdev.getOrDefault("addr.path", netdev.getOrDefault("path", ""));
        boolean listens = Set.of("on", "true", "yes").contains(netdev.getOrDefault("server", ""));
        return listens && path.startsWith("/")
            ? Optional.of(new NetworkChannel.StreamSocket(path))
            : Optional.empty();
      }
      case "tap" -> {
        // Of several queues the first will do: all are the same device.
        String fd = netdev.getOrDefault("fd", netdev.getOrDefault("fds", "")).split(":")[0];
        return fd.matches("\\d{1,6}")
            ? Optional.of(new NetworkChannel.InheritedTap(Integer.parseInt(fd)))
            : Optional.empty();
      }
      default -> {
        return Optional.empty();
      }
    }
  }

  private static Optional<AgentChannel> socket(Map<String, String> chardev) {
    if (chardev.containsKey("path")) {
      return Optional.of(new AgentChannel.SocketPath(chardev.get("path")));
    }
    String fd = chardev.getOrDefault("fd", "");
    return fd.matches("\\d{1,6}")
        ? Optional.of(new AgentChannel.InheritedSocket(Integer.parseInt(fd)))
        : Optional.empty();
  }

  /** Either form as a flat map; what stands first and has no key is the {@code driver}. */
  static Map<String, String> options(String value) {
    return value.startsWith("{") ? fromJson(value) : fromPlain(value);
  }

  private static Map<String, String> fromPlain(String value) {
    Map<String, String> options = new HashMap<>();
    StringBuilder item = new StringBuilder();
    boolean first = true;
    for (int i = 0; i <= value.length(); i++) {
      boolean comma = i < value.length() && value.charAt(i) == ',';
      if (comma && i + 1 < value.length() && value.charAt(i + 1) == ',') {
        item.append(','); // QEMU writes a comma inside a value twice
        i++;
      } else if (comma || i == value.length()) {
        int equals = item.indexOf("=");
        if (equals > 0) {
          options.put(item.substring(0, equals), item.substring(equals + 1));
        } else if (first) {
          options.put("driver", item.toString());
        }
        item.setLength(0);
        first = false;
      } else {
        item.append(value.charAt(i));
      }
    }
    return options;
  }

  private static Map<String, String> fromJson(String value) {
    Map<String, String> options = new HashMap<>();
    try {
      flatten(JSON.readTree(value), options);
    } catch (JsonProcessingException e) {
      return Map.of();
    }
    // -chardev's JSON nests: {"id":…, "backend":{"type":"socket","data":{"addr":{"data":{"path":…
    options.putIfAbsent("driver", options.getOrDefault("type", ""));
    return options;
  }

  private static void flatten(JsonNode node, Map<String, String> options) {
    node.properties()
        .forEach(
            field -> {
              if (field.getValue().isObject()) {
                flatten(field.getValue(), options);
              } else {
                options.putIfAbsent(field.getKey(), field.getValue().asText());
              }
            });
    JsonNode backend = node.path("backend").path("type");
    if (backend.isTextual()) {
      options.put("type", backend.asText());
    }
  }
}
