package dev.diecast.daemon.network.model;

import dev.diecast.daemon.network.EngineReport;

/**
 * @param attached nodes that are attached here
 */
public record ModelReport(EngineReport engine, int attached) {}
