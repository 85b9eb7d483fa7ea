package dev.diecast.daemon.record;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * A VM's tap device that was taken out of the bridge in which it was.
 *
 * @param namespace number of the network namespace that it is in: the inode of {@code
 *     /proc/PID/ns/net}
 * @param bridge where it was
 * @param mtuBytes that it had
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record OwnedTap(long namespace, String device, String bridge, int mtuBytes) {}
