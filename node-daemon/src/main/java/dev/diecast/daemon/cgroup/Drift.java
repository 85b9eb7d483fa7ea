package dev.diecast.daemon.cgroup;

/** What somebody else did to a cap of ours. */
public enum Drift {
  /** Quota, period or controller of a cgroup of ours had another value. */
  CapChanged,
  /** A thread was in another cgroup than its own. */
  ThreadMoved,
  /** The whole QEMU is in another cgroup than before. */
  ProcessMoved,
  /** A cgroup of ours was gone. */
  CgroupRemoved
}
