package dev.diecast.api.v1alpha1;

/** What emulates pipes on a host. */
public enum Engine {
  /** The daemon itself, in user space: any distillation, on any number of hosts. */
  Core,
  /** Queueing disciplines of the host's kernel: end-to-end, on one host. */
  Kernel
}
