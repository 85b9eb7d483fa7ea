package dev.diecast.daemon.network.model;

import dev.diecast.api.resources.PipeGraphs;
import dev.diecast.api.v1alpha1.Engine;
import dev.diecast.api.v1alpha1.PipeGraphSpec;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.ethernet.Station;
import dev.diecast.core.network.assign.PipeHosts;
import dev.diecast.core.pipe.EmulatedNetwork;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/**
 * What of a network a running engine cannot change: another shape needs another engine.
 *
 * @param ends from and to of each pipe
 * @param hosts of all vertices
 */
record NetworkShape(
    List<Long> ends,
    List<Station> stations,
    DilationFactor factor,
    int mtuBytes,
    List<String> hostNames,
    PipeHosts hosts,
    Optional<Integer> peerPort,
    Engine engine) {

  static NetworkShape of(
      PipeGraphSpec graph, EmulatedNetwork network, DilationFactor factor, int mtuBytes) {
    return new NetworkShape(
        network.pipes().stream().map(pipe -> (long) pipe.from() << 32 | pipe.to()).toList(),
        network.stations(),
        factor,
        mtuBytes,
        graph.hosts(),
        PipeGraphs.hosts(graph),
        Optional.ofNullable(graph.peerPort()),
        graph.engineOrDefault());
  }

  /**
   * Tells the networks of engines apart, on every host alike, whatever Java it runs: the first 64
   * bits of a SHA-256 over model and shape. What travels between hosts bears it.
   */
  long fingerprint(ModelKey model) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (DataOutputStream out =
          new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
        out.writeUTF(model.namespace());
        out.writeUTF(model.name());
        write(out);
      }
      return ByteBuffer.wrap(digest.digest()).getLong();
    } catch (NoSuchAlgorithmException | IOException impossible) {
      throw new IllegalStateException("every JDK has SHA-256, and nothing is written", impossible);
    }
  }

  private void write(DataOutputStream out) throws IOException {
    out.writeUTF(factor.toString());
    out.writeInt(mtuBytes);
    out.writeInt(peerPort.orElse(0));
    out.writeInt(ends.size());
    for (long pipe : ends) {
      out.writeLong(pipe);
    }
    out.writeInt(stations.size());
    for (Station station : stations) {
      out.writeInt(station.number());
      out.writeLong(station.mac().bits());
      out.writeInt(station.addresses().size());
      for (var address : station.addresses()) {
        out.writeLong(address.high());
        out.writeLong(address.low());
      }
    }
    out.writeInt(hostNames.size());
    for (String name : hostNames) {
      out.writeUTF(name);
    }
    out.writeInt(hosts.routerCount());
    for (int host : hosts.hostOfVertex()) {
      out.writeInt(host);
    }
  }
}
