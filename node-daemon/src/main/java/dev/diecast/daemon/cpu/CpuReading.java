package dev.diecast.daemon.cpu;

import dev.diecast.core.cpu.Throttling;
import dev.diecast.core.fidelity.CpuDelivery;
import java.time.Instant;
import java.util.SortedMap;

/**
 * CPU of one VM's vCPU threads since its cap was applied, host frame.
 *
 * @param usageNanos time on a CPU
 * @param throttling of the caps, summed
 * @param runDelayNanos time runnable and waiting that the caps do not explain: the threads' run
 *     delay, which the scheduler counts while they are throttled too, less the time throttled, for
 *     each vCPU by itself
 * @param sinceLast what happened since the last reading, by the vCPU's number
 * @param recent what happened in the last window, by the vCPU's number; without those that have not
 *     been watched for so long
 */
public record CpuReading(
    long usageNanos,
    Throttling throttling,
    long runDelayNanos,
    Instant measuredAt,
    SortedMap<Integer, CpuDelivery> sinceLast,
    SortedMap<Integer, CpuDelivery> recent) {}
