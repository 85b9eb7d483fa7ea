package dev.diecast.daemon.disk;

import dev.diecast.daemon.process.ProcFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a process holds open under the name of a disk ({@link DiskNames}). Each is looked at through
 * /proc/PID/fd, whose links lead to the open file itself and never through a path that somebody
 * could change.
 */
final class OpenFiles {
  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFBLK = 0060000;

  /** O_DIRECT is one of the few flags whose value differs (asm/fcntl.h). */
  private static final int O_DIRECT =
      System.getProperty("os.arch").equals("aarch64") ? 0200000 : 040000;

  private final ProcFiles proc;

  OpenFiles(ProcFiles proc) {
    this.proc = proc;
  }

  List<OpenFile> of(int pid) throws IOException {
    List<OpenFile> open = new ArrayList<>();
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(proc.of(pid).resolve("fd"))) {
      for (Path fd : fds) {
        look(pid, fd).ifPresent(open::add);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return open;
  }

  private Optional<OpenFile> look(int pid, Path fd) {
    try {
      String path = Files.readSymbolicLink(fd).toString();
      if (DiskNames.of(path).isEmpty()) {
        return Optional.empty(); // a socket, a library; a hundred of them in every QEMU
      }
      Map<String, Object> stat = Files.readAttributes(fd, "unix:mode,dev,rdev");
      int type = (int) stat.get("mode") & S_IFMT;
      if (type != S_IFREG && type != S_IFBLK) {
        return Optional.empty();
      }
      Path info = proc.of(pid).resolve("fdinfo").resolve(fd.getFileName().toString());
      return Optional.of(
          of(
              path,
              type == S_IFBLK,
              DeviceNumber.ofStat((long) stat.get(type == S_IFBLK ? "rdev" : "dev")),
              Files.readAllLines(info)));
    } catch (IOException e) {
      return Optional.empty(); // closed meanwhile
    }
  }

  /**
   * @param fdInfo lines of /proc/PID/fdinfo/FD
   */
  static OpenFile of(String path, boolean block, DeviceNumber device, List<String> fdInfo) {
    int flags = 0;
    int mountId = -1;
    for (String line : fdInfo) {
      String[] words = line.split(":\\s*", 2);
      if (words.length == 2 && words[0].equals("flags")) {
        flags = Integer.parseInt(words[1].strip(), 8);
      } else if (words.length == 2 && words[0].equals("mnt_id")) {
        mountId = Integer.parseInt(words[1].strip());
      }
    }
    return new OpenFile(
        path,
        block ? OpenFile.Kind.BLOCK_DEVICE : OpenFile.Kind.REGULAR,
        device,
        (flags & O_DIRECT) != 0,
        mountId);
  }
}
