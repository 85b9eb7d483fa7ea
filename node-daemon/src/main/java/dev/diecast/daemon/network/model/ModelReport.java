package dev.diecast.daemon.network.model;

import dev.diecast.daemon.network.EngineTotals;

/**
 * @param attached nodes that are attached here
 */
public record ModelReport(EngineTotals engine, int attached) {}
