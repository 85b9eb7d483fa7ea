package dev.diecast.daemon.cgroup;

/** A cgroup controller, which v2 may call otherwise than v1 does. */
public enum Controller {
  CPU("cpu", "cpu"),
  IO("blkio", "io");

  private final String v1;
  private final String v2;

  Controller(String v1, String v2) {
    this.v1 = v1;
    this.v2 = v2;
  }

  String v1() {
    return v1;
  }

  String v2() {
    return v2;
  }
}
