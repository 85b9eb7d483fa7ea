package dev.diecast.daemon.cgroup;

/** The two control group interfaces (Linux, admin-guide/cgroup-v1 and cgroup-v2.rst). */
public enum CgroupVersion {
  V1("v1", "tasks"),
  V2("v2", "cgroup.threads");

  private final String text;
  private final String threadsFile;

  CgroupVersion(String text, String threadsFile) {
    this.text = text;
    this.threadsFile = threadsFile;
  }

  /** The file that lists a cgroup's threads and takes a thread id to move that thread there. */
  public String threadsFile() {
    return threadsFile;
  }

  /** As DilationHost writes it. */
  public String text() {
    return text;
  }
}
