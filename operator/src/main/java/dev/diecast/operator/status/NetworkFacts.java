package dev.diecast.operator.status;

import dev.diecast.api.v1alpha1.NetworkStatus;
import java.util.Optional;

/**
 * What became of a model's network.
 *
 * @param published whether daemons have the network that is asked for now
 * @param status of what they have; empty where nothing was ever published
 */
public record NetworkFacts(Verdict published, Optional<NetworkStatus> status) {}
