package dev.diecast.daemon.network.model;

import dev.diecast.api.v1alpha1.Engine;

/** What became of joining a node to its model's network. */
public sealed interface NetworkOutcome {

  /**
   * Its frames go through the pipes.
   *
   * @param graph name of the PipeGraph
   * @param pipes of it on this host
   * @param engine that emulates them
   */
  record Attached(String graph, long pipes, Engine engine) implements NetworkOutcome {}

  /** It is not joined; the message holds the mend. */
  record Refused(Obstacle obstacle, String message) implements NetworkOutcome {}

  /** Why: reasons of the condition Networked. */
  enum Obstacle {
    /** No PipeGraph of its model is there. */
    NoPipeGraph,
    /** PipeGraphs cannot be read: their CRD or a right is missing. */
    PipeGraphsUnreadable,
    /** The PipeGraph in force does not have it yet, or has it on another host. */
    NotInPipeGraph,
    /** Its VM does not run. */
    NoProcess,
    /** Its VM has no interface of that MAC address that can be joined. */
    NoInterface,
    /** The interface could not be taken. */
    PortRefused,
    /** Nobody answers at its QEMU's socket. */
    NotConnected,
    /** Other hosts have part of the network, and an address or a key is missing. */
    NoPeerAddress,
    /** Other hosts have part of the network, and one of them does not answer. */
    PeerSilent,
    /** The engine could not be started, or has ended by itself. */
    EngineFailed
  }
}
