package dev.diecast.core.network.assign;

/**
 * What one host has to do for the network.
 *
 * @param virtualNodes bound to it
 * @param pipes unidirectional, that it emulates
 * @param pipeBitsPerSecond expected through all its pipes together, guest's frame
 * @param sentBitsPerSecond expected from its pipes to other hosts, guest's frame
 */
public record HostLoad(
    int virtualNodes, long pipes, double pipeBitsPerSecond, double sentBitsPerSecond) {}
