package dev.diecast.daemon.network.model;

/** Names a ScaleModel. */
public record ModelKey(String namespace, String name) {
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
