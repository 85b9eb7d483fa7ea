package dev.diecast.core.network.topology;

/**
 * What a node of a topology is for (Zegura et al., "How to Model an Internetwork", INFOCOM 1996).
 */
public enum NodeKind {
  /** Carries traffic of others. */
  TRANSIT,
  /** Where virtual nodes are attached. */
  STUB,
  /** The topology does not say. */
  UNKNOWN
}
