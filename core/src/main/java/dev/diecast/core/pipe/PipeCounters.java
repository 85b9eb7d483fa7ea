package dev.diecast.core.pipe;

/**
 * What a pipe has done since it was made. Packets that entered = left + dropped + inside.
 *
 * @param enteredPackets that came to it, dropped ones included
 * @param leftPackets that came out at the far end
 * @param leftBytes of their frames, without check sequence
 * @param latestNanos by how much the latest of them was moved on after its deadline, host time
 */
public record PipeCounters(
    long enteredPackets,
    long enteredBytes,
    long leftPackets,
    long leftBytes,
    long lossDrops,
    long queueDrops,
    long downDrops,
    long insidePackets,
    long latestNanos) {}
