package dev.diecast.core.network.assign;

/**
 * The pipe within the network that is used most for its bandwidth.
 *
 * @param from vertex
 * @param to vertex
 * @param utilisation expected load over bandwidth when all virtual nodes send at their access
 *     links' full rate; above 1 it saturates before they do
 */
public record BusiestPipe(int from, int to, long bitsPerSecond, double utilisation) {}
