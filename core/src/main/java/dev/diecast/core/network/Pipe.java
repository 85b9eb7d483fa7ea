package dev.diecast.core.network;

import java.util.Objects;

/**
 * A unidirectional pipe of the emulated network, ModelNet's unit of emulation: a queue, then a link
 * of some bandwidth, delay and loss. A link of the topology is two of them.
 *
 * @param id dense, from 0, within one pipe graph; the same graph gives the same ids on every host
 * @param from vertex at which packets enter
 * @param to vertex at which they leave; vertices are numbered from 0, nodes of the topology first,
 *     then virtual nodes
 */
public record Pipe(int id, int from, int to, PipeAttributes attributes) {

  public Pipe {
    if (id < 0 || from < 0 || to < 0) {
      throw new IllegalArgumentException("ids of pipes and vertices count from 0");
    }
    Objects.requireNonNull(attributes);
  }

  public long bitsPerSecond() {
    return attributes.bitsPerSecond();
  }

  public long delayNanos() {
    return attributes.delayNanos();
  }

  public int lossPartsPerBillion() {
    return attributes.lossPartsPerBillion();
  }

  public QueueLimit queue() {
    return attributes.queue();
  }
}
