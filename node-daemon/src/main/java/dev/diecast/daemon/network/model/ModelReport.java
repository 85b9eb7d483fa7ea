package dev.diecast.daemon.network.model;

import dev.diecast.daemon.network.EngineTotals;
import dev.diecast.daemon.network.PeerCounters;
import java.util.Map;
import java.util.Optional;

/**
 * @param pipes that are emulated here
 * @param attached nodes that are attached here
 * @param engine what engine Core has counted; empty where the pipes are the kernel's
 * @param peers what went to and came from the engines of other hosts, by host
 */
public record ModelReport(
    int pipes, int attached, Optional<EngineTotals> engine, Map<String, PeerCounters> peers) {}
