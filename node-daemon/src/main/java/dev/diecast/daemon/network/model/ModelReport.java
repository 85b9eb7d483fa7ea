package dev.diecast.daemon.network.model;

import dev.diecast.daemon.network.EngineTotals;
import dev.diecast.daemon.network.PeerCounters;
import java.util.Map;

/**
 * @param attached nodes that are attached here
 * @param engine what the engine has counted, or seen of the kernel's pipes
 * @param peers what went to and came from the engines of other hosts, by host
 */
public record ModelReport(int attached, EngineTotals engine, Map<String, PeerCounters> peers) {}
