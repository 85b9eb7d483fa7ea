package dev.diecast.daemon.clock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A guest's agent by way of the libvirt that started its QEMU. Under KubeVirt there is no other:
 * the agent's socket takes one client, and from the moment that the guest opens its port this is
 * virt-launcher's libvirt. It brings agent and requests in step by itself (guest-sync).
 */
final class LibvirtAgent implements AgentLine {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How libvirt says that the agent itself has answered with an error. */
  private static final String REFUSED = "unable to execute QEMU agent command";

  /**
   * Others' requests to the agent, virt-launcher's, come first: libvirt waits 30 s for its turn.
   */
  private static final Duration TURN = Duration.ofSeconds(40);

  private final String uuid;
  private final AnswerDeadline deadline;
  private final LibvirtClient libvirt;
  private Optional<LibvirtClient.Domain> domain = Optional.empty();

  /**
   * @param channel connected to libvirt's socket
   * @param uuid of the machine
   */
  LibvirtAgent(SocketChannel channel, String uuid) {
    this.uuid = uuid;
    this.deadline = new AnswerDeadline(channel, "virt-launcher's libvirt hangs");
    this.libvirt = new LibvirtClient(channel);
  }

  @Override
  public void sync(Duration timeout) throws IOException {
    deadline.within(
        timeout.plus(TURN),
        () -> {
          libvirt.open();
          LibvirtClient.Domain found = libvirt.find(uuid);
          libvirt.setAgentTimeout(found, timeout);
          domain = Optional.of(found);
          return found;
        });
  }

  @Override
  public JsonNode exchange(Map<String, ?> request, Duration timeout) throws IOException {
    String json = JSON.writeValueAsString(request);
    LibvirtClient.Domain machine =
        domain.orElseThrow(() -> new IOException("libvirt has not found the machine yet"));
    try {
      return JSON.readTree(
          deadline.within(timeout.plus(TURN), () -> libvirt.agentCommand(machine, json, timeout)));
    } catch (LibvirtException e) {
      if (e.getMessage().contains(REFUSED)) {
        throw new AgentErrorException(String.valueOf(request.get("execute")), e.getMessage());
      }
      throw e;
    }
  }

  @Override
  public void close() {
    deadline.closeQuietly();
  }
}
