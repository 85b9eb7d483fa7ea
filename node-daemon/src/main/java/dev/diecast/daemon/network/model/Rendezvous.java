package dev.diecast.daemon.network.model;

import dev.diecast.daemon.network.Peer;
import dev.diecast.daemon.network.PeerIdentity;
import dev.diecast.daemon.network.Peers;
import dev.diecast.daemon.network.PublishedPeer;
import dev.diecast.daemon.network.model.NetworkOutcome.Obstacle;
import dev.diecast.daemon.network.model.NetworkOutcome.Refused;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * How the engines of this host and those of others come to know each other: where each is, and the
 * key that each two share. A peer that does not answer is looked up in every round, for it may have
 * been started anew elsewhere. The daemon's rounds never wait for a directory: answers count in the
 * next one.
 */
public final class Rendezvous {
  private static final Logger LOG = Logger.getLogger(Rendezvous.class);

  private final PeerDirectory directory;
  private final String host;
  private final Optional<String> address;
  private final PeerIdentity identity;
  private final Map<String, CompletableFuture<Optional<PublishedPeer>>> questions = new HashMap<>();
  private final Map<String, PublishedPeer> known = new HashMap<>();

  /** By model and host, with whom its engine was made to speak last. */
  private final Map<ModelKey, Map<String, PublishedPeer>> met = new HashMap<>();

  /**
   * @param host this host's Kubernetes node
   * @param address of this host, for packets of others; empty where it was not said
   * @param identity of this daemon
   */
  public Rendezvous(
      PeerDirectory directory, String host, Optional<String> address, PeerIdentity identity) {
    this.directory = directory;
    this.host = host;
    this.address = address;
    this.identity = identity;
  }

  String host() {
    return host;
  }

  /**
   * The other engines of a model; empty where this host has all of it.
   *
   * @param self this host's number in the graph
   * @throws NoPeerException where a host has not said where it is, or nobody has asked it yet
   */
  Optional<Peers> peers(ModelKey model, ModelEngine.Now now, int self) throws NoPeerException {
    List<String> hosts = now.shape().hostNames();
    met.remove(model);
    if (hosts.size() == 1) {
      return Optional.empty();
    }
    Optional<Integer> port = now.shape().peerPort();
    if (port.isEmpty()) {
      throw new NoPeerException(
          "PipeGraph %s has several hosts and no port".formatted(now.graph()));
    }
    long network = now.shape().fingerprint(model);
    Map<String, PublishedPeer> found = new HashMap<>();
    Map<Integer, Peer> others = new HashMap<>();
    for (int i = 0; i < hosts.size(); i++) {
      if (i != self) {
        PublishedPeer published = lookUp(hosts.get(i)).orElseThrow(missing(hosts.get(i)));
        found.put(hosts.get(i), published);
        others.put(i, peer(model, network, port.get(), published));
      }
    }
    InetSocketAddress here = new InetSocketAddress(address.orElseThrow(missing(host)), port.get());
    met.put(model, found);
    return Optional.of(new Peers(now.partition(self), here, others, network));
  }

  private static Supplier<NoPeerException> missing(String name) {
    return () ->
        new NoPeerException(
            ("the daemon of host %s has not published an address and a key for packets of other"
                    + " hosts: set DIECAST_NETWORK_ADDRESS there to its node's IP address")
                .formatted(name));
  }

  /** Looks for hosts that do not answer; the engine goes on with the others. */
  Optional<Refused> silence(ModelKey model, ModelEngine engine) {
    List<String> silent = engine.silentPeers();
    if (silent.isEmpty() || !(engine instanceof CoreEngine core)) {
      return Optional.empty();
    }
    try {
      renew(model, core);
    } catch (IOException | RuntimeException e) {
      LOG.warnf("%s: %s", model, e);
    }
    return Optional.of(
        new Refused(
            Obstacle.PeerSilent,
            ("no answer from the daemon of %s, and what has to go there is lost: does it run, and may"
                    + " UDP to port %d pass between the hosts?")
                .formatted(
                    String.join(", ", silent), engine.now().shape().peerPort().orElseThrow())));
  }

  /** Looks for the engine's silent peers, and makes it speak with those that are elsewhere now. */
  private void renew(ModelKey model, CoreEngine engine) throws IOException {
    Map<String, PublishedPeer> before = met.getOrDefault(model, Map.of());
    for (String name : engine.silentPeers()) {
      Optional<PublishedPeer> now =
          lookUp(name).filter(published -> !published.equals(before.get(name)));
      if (now.isPresent()) {
        NetworkShape shape = engine.now().shape();
        engine.meet(
            name, peer(model, shape.fingerprint(model), shape.peerPort().orElseThrow(), now.get()));
        before.put(name, now.get());
      }
    }
  }

  /** What was answered last; asks anew, once at a time. */
  private Optional<PublishedPeer> lookUp(String name) {
    CompletableFuture<Optional<PublishedPeer>> question =
        questions.computeIfAbsent(
            name,
            asked ->
                CompletableFuture.supplyAsync(
                    () -> directory.of(asked), Thread::startVirtualThread));
    if (question.isDone()) {
      questions.remove(name);
      if (!question.isCompletedExceptionally()) {
        question.join().ifPresent(answer -> known.put(name, answer));
      }
    }
    return Optional.ofNullable(known.get(name));
  }

  private Peer peer(ModelKey model, long network, int port, PublishedPeer published) {
    return new Peer(
        new InetSocketAddress(published.address(), port),
        identity.agree(published.publicKey(), model + " " + network));
  }
}
