package dev.diecast.daemon.record;

/**
 * A DilatedNode.
 *
 * @param uid its {@code metadata.uid}, which is the uuid of its QEMU
 */
public record VmIdentity(String uid, String namespace, String name) {
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
