package dev.diecast.standalone.process;

/**
 * A process that cannot be mistaken for a later one with the same pid.
 *
 * @param startTicks field 22 of /proc/PID/stat (proc(5)): start after boot, in clock ticks
 */
public record ProcessIdentity(long pid, long startTicks) {}
