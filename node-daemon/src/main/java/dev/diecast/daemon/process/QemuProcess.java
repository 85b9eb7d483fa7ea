package dev.diecast.daemon.process;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A running QEMU.
 *
 * @param uuid of the machine, from {@code -uuid}, in lower case
 * @param diskServers processes that serve disks to it
 * @param networks its network cards by MAC address, in lower case
 * @param agent empty where the command line gives it no guest agent port
 */
public record QemuProcess(
    ProcessKey key,
    String uuid,
    Optional<AgentChannel> agent,
    List<DiskServer> diskServers,
    Map<String, NetworkChannel> networks) {

  public QemuProcess {
    diskServers = List.copyOf(diskServers);
    networks = Map.copyOf(networks);
  }

  /** One that opens its disks itself. */
  public QemuProcess(ProcessKey key, String uuid, Optional<AgentChannel> agent) {
    this(key, uuid, agent, List.of(), Map.of());
  }

  public int pid() {
    return key.pid();
  }
}
