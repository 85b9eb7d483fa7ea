package dev.diecast.daemon.network.model;

import dev.diecast.daemon.network.PipeTraffic;

/**
 * What has gone through one pipe of a model here.
 *
 * @param name its ends, as the topology and the DilatedNodes are named: {@code from > to}
 */
public record NamedPipe(String name, PipeTraffic traffic) {}
