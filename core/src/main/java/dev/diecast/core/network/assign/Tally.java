package dev.diecast.core.network.assign;

import dev.diecast.core.network.attach.AttachedNetwork;
import dev.diecast.core.network.attach.Islands;
import dev.diecast.core.network.attach.VirtualNode;
import dev.diecast.core.network.distill.Distillation;
import dev.diecast.core.network.distill.DistilledNetwork;
import dev.diecast.core.network.distill.ExpectedTraffic;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Adds up what an assignment means for each host. */
final class Tally {
  private final DistilledNetwork network;
  private final AttachedNetwork attached;
  private final ExpectedTraffic traffic;
  private final int[] hostOf;
  private final int[] virtualNodes;
  private final long[] pipes;
  private final double[] bits;
  private final double[] sent;

  /** Virtual nodes of each node of the topology, and those of them on each host. */
  private final int[] attachedTo;

  private final int[][] attachedOnHost;

  private double steps;

  Tally(DistilledNetwork network, ExpectedTraffic traffic, int[] hostOf, int hosts) {
    this.network = network;
    this.traffic = traffic;
    this.hostOf = hostOf;
    attached = network.network();
    virtualNodes = new int[hosts];
    pipes = new long[hosts];
    bits = new double[hosts];
    sent = new double[hosts];
    attachedTo = new int[attached.routerCount()];
    attachedOnHost = new int[hosts][attached.routerCount()];
    countPipes();
    if (network.distillation() instanceof Distillation.EndToEnd) {
      tallyEndToEnd();
    } else {
      tallyAccess();
      traffic.forEachPair(this::tallyPair);
    }
  }

  private void countPipes() {
    boolean endToEnd = network.distillation() instanceof Distillation.EndToEnd;
    for (VirtualNode node : attached.virtualNodes()) {
      int host = hostOf[attached.vertex(node)];
      virtualNodes[host]++;
      pipes[host] += endToEnd ? network.pipesFrom(attached.vertex(node)) : 2;
      attachedTo[node.router()]++;
      attachedOnHost[host][node.router()]++;
    }
    for (int router = 0; router < attachedTo.length && !endToEnd; router++) {
      int within = network.pipesFrom(router) - attachedTo[router];
      if (within > 0) {
        pipes[hostOf[router]] += within;
      }
    }
  }

  /** Each packet passes one pipe and is then with its receiver. */
  private void tallyEndToEnd() {
    for (List<Integer> island : Islands.of(attached, new BitSet()).parts()) {
      int[] onHost = new int[pipes.length];
      for (int node : island) {
        onHost[hostOf[attached.routerCount() + node]]++;
      }
      for (int node : island) {
        int host = hostOf[attached.routerCount() + node];
        double up = traffic.upBitsPerSecond(node);
        bits[host] += up;
        steps += up;
        sent[host] +=
            island.size() == 1 ? 0 : up * (island.size() - onHost[host]) / (island.size() - 1);
      }
    }
  }

  /** From a virtual node into the network; the way out is part of {@link #tallyPair}. */
  private void tallyAccess() {
    for (VirtualNode node : attached.virtualNodes()) {
      int host = hostOf[attached.vertex(node)];
      int router = node.router();
      double up = traffic.upBitsPerSecond(node.index());
      double down = traffic.downBitsPerSecond(node.index());
      bits[host] += up + down;
      // The step from the pipe down to the receiver never leaves the host.
      steps += up + down;
      double toEachAtPlace = traffic.toEachBitsPerSecond(node.index());
      double atPlace = toEachAtPlace * (attachedTo[router] - 1);
      sent[host] += toEachAtPlace * (attachedTo[router] - attachedOnHost[host][router]);
      sent[host] += hostOf[router] == host ? 0 : up - atPlace;
    }
  }

  private void tallyPair(int from, int to, double through, double ending) {
    int host = hostOf[from];
    bits[host] += through;
    steps += through;
    if (ending > 0) {
      sent[host] += ending * (attachedTo[to] - attachedOnHost[host][to]) / attachedTo[to];
    }
    sent[host] += hostOf[to] == host ? 0 : through - ending;
  }

  List<HostLoad> hosts() {
    List<HostLoad> loads = new ArrayList<>();
    for (int host = 0; host < pipes.length; host++) {
      loads.add(new HostLoad(virtualNodes[host], pipes[host], bits[host], sent[host]));
    }
    return loads;
  }

  double crossHostShare() {
    double crossing = 0;
    for (double of : sent) {
      crossing += of;
    }
    return steps == 0 ? 0 : crossing / steps;
  }
}
