package dev.diecast.daemon.network;

import dev.diecast.core.pipe.PipeCounters;
import dev.diecast.core.pipe.SchedulerCounters;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an engine has done so far, all of one instant.
 *
 * @param pipes by number; those of other engines are empty
 * @param link what went to and came from other engines
 * @param ports by the virtual node's number
 * @param undeliverable frames for nodes that are not attached
 * @param hopLateness by how much packets were moved after their deadlines, per hop
 * @param deliveryLateness the same at the last hop: what guests see
 * @param doorWait how long the engine was busy before it looked at its ports again: a frame waited
 *     no longer unseen
 * @param realTime whether the engine's thread is of the real-time class
 */
public record EngineReport(
    SchedulerCounters scheduler,
    DoorCounters door,
    List<Optional<PipeCounters>> pipes,
    Map<Integer, PortCounters> ports,
    LinkCounters link,
    long undeliverable,
    Lateness hopLateness,
    Lateness deliveryLateness,
    Lateness doorWait,
    boolean realTime) {}
