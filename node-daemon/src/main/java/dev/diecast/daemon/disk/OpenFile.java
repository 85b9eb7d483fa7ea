package dev.diecast.daemon.disk;

/**
 * A file that a process holds open.
 *
 * @param path where it is in the process' own view, as /proc/PID/fd shows it; a text that is
 *     compared and never opened
 * @param kind what it is
 * @param device of a block device itself; else that of the file system it is on
 * @param direct whether it was opened with O_DIRECT
 * @param mountId of the mount it was opened through (proc(5), /proc/PID/fdinfo)
 */
record OpenFile(String path, Kind kind, DeviceNumber device, boolean direct, int mountId) {
  enum Kind {
    REGULAR,
    BLOCK_DEVICE
  }
}
