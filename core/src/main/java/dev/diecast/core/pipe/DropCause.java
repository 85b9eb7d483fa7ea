package dev.diecast.core.pipe;

/** Why a pipe dropped a packet. */
public enum DropCause {
  /** At random, as configured. */
  LOSS,
  /** Its queue was full. */
  QUEUE,
  /** It was down, or went down while the packet waited. */
  DOWN
}
