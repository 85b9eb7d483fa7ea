package dev.diecast.core.pipe;

/**
 * What a scheduler has done since it was made.
 *
 * @param admittedPackets taken in at the door
 * @param deliveredPackets that left their last pipe
 * @param handedOverPackets whose next pipe is on another host
 * @param doorDropsFull not taken in since every descriptor was in use
 * @param doorDropsLate not taken in since the scheduler was too far behind
 * @param lateDeliveries delivered after their deadline by more than the door's lateness
 * @param overdueDeliveries delivered later than {@link Punctuality} tolerates
 * @param moves hops done, deliveries included
 */
public record SchedulerCounters(
    long admittedPackets,
    long deliveredPackets,
    long handedOverPackets,
    long doorDropsFull,
    long doorDropsLate,
    long lateDeliveries,
    long overdueDeliveries,
    long moves) {}
