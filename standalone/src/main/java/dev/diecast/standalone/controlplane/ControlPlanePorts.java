package dev.diecast.standalone.controlplane;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.standalone.process.LoopbackPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Ports of 127.0.0.1; the same for the whole life of an instance, since kubeconfigs name them. */
record ControlPlanePorts(int api, int etcd, int etcdPeer, int controllers) {

  /**
   * Those of the instance's earlier run where they are free still, else new ones.
   *
   * @param apiPort the port asked for; 0 for any
   * @throws ControlPlaneException where the port asked for is taken
   */
  static ControlPlanePorts choose(Path file, int apiPort) {
    ObjectMapper mapper = new ObjectMapper();
    try {
      if (Files.exists(file)) {
        ControlPlanePorts earlier = mapper.readValue(file.toFile(), ControlPlanePorts.class);
        if ((apiPort == 0 || apiPort == earlier.api()) && earlier.allFree()) {
          return earlier;
        }
      }
      if (apiPort != 0 && !LoopbackPorts.isFree(apiPort)) {
        throw new ControlPlaneException(
            "port "
                + apiPort
                + " of 127.0.0.1 is taken"
                + LoopbackPorts.holder(apiPort).map(holder -> " by " + holder).orElse("")
                + ": end that, or choose another with --api-port (0 takes any free one)");
      }
      List<Integer> free = LoopbackPorts.free(4);
      ControlPlanePorts ports =
          new ControlPlanePorts(
              apiPort == 0 ? free.get(0) : apiPort, free.get(1), free.get(2), free.get(3));
      mapper.writeValue(file.toFile(), ports);
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or write " + file, e);
    }
  }

  private boolean allFree() {
    return List.of(api, etcd, etcdPeer, controllers).stream().allMatch(LoopbackPorts::isFree);
  }
}
