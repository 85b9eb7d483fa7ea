package dev.diecast.daemon.network.model;

import dev.diecast.daemon.network.EngineTotals;
import dev.diecast.daemon.network.PeerCounters;
import java.util.Map;

/**
 * @param attached nodes that are attached here
 * @param peers what went to and came from the engines of other hosts, by host
 */
public record ModelReport(EngineTotals engine, int attached, Map<String, PeerCounters> peers) {}
