package dev.diecast.daemon.process;

/**
 * One process for certain: a pid alone is given to another process once the first has died.
 *
 * @param startTicks field 22 of /proc/PID/stat, clock ticks since boot (proc(5))
 */
public record ProcessKey(int pid, long startTicks) {}
