package dev.diecast.daemon.cgroup;

import dev.diecast.daemon.cgroup.CgroupOperation.CreateCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.MoveProcess;
import dev.diecast.daemon.cgroup.CgroupOperation.MoveThread;
import dev.diecast.daemon.cgroup.CgroupOperation.RemoveCgroup;
import dev.diecast.daemon.cgroup.CgroupOperation.WriteCgroupFile;
import dev.diecast.daemon.process.ProcFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jboss.logging.Logger;

/** Carries operations out, one after the other; each may be repeated without harm. */
public final class CgroupApplier {
  /** Told after each single operation has taken place. */
  @FunctionalInterface
  public interface StepListener {
    void applied(CgroupOperation operation);
  }

  /** Says which thread an id means. */
  @FunctionalInterface
  interface ThreadPin {
    /** When the thread of that id started; empty where it is not, or no longer, to be moved. */
    OptionalLong startTicks(int tid);
  }

  private static final Logger LOG = Logger.getLogger(CgroupApplier.class);

  private final CgroupHierarchy hierarchy;
  private final ProcFiles proc;
  private final StepListener listener;

  public CgroupApplier(CgroupHierarchy hierarchy, ProcFiles proc, StepListener listener) {
    this.hierarchy = hierarchy;
    this.proc = proc;
    this.listener = listener;
  }

  /**
   * As {@link #apply(List, ThreadPin)}, where no thread is moved.
   *
   * @throws CgroupRefusedException at the first operation that the kernel refuses
   */
  public void apply(List<CgroupOperation> operations) throws IOException {
    apply(operations, _ -> OptionalLong.empty());
  }

  /**
   * @throws CgroupRefusedException at the first operation that the kernel refuses; those before it
   *     have taken place
   */
  void apply(List<CgroupOperation> operations, ThreadPin pin) throws IOException {
    for (CgroupOperation operation : operations) {
      try {
        apply(operation, pin);
      } catch (IOException e) {
        throw new CgroupRefusedException(operation, e);
      }
      listener.applied(operation);
    }
  }

  private void apply(CgroupOperation operation, ThreadPin pin) throws IOException {
    switch (operation) {
      case CreateCgroup create -> create(create.directory());
      case WriteCgroupFile write -> write(write.file(), write.value());
      case MoveThread move -> move(move, pin.startTicks(move.tid()));
      case MoveProcess move -> move(move);
      case RemoveCgroup remove -> remove(remove.directory());
    }
  }

  private static void create(Path directory) throws IOException {
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
  }

  private static void write(Path file, String value) throws IOException {
    Set<OpenOption> existing =
        Set.of(
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING,
            LinkOption.NOFOLLOW_LINKS);
    try (FileChannel channel = FileChannel.open(file, existing)) {
      channel.write(ByteBuffer.wrap((value + "\n").getBytes(StandardCharsets.US_ASCII)));
    }
  }

  /** A thread may end between being seen and being moved; then there is nothing to move. */
  private void move(MoveThread move, OptionalLong start) throws IOException {
    if (start.isEmpty()) {
      return;
    }
    try {
      write(move.threadsFile(), Integer.toString(move.tid()));
    } catch (IOException e) {
      if (proc.startTicks(move.tid()).equals(start)) {
        throw e;
      }
      return;
    }
    OptionalLong moved = proc.startTicks(move.tid());
    if (moved.isPresent() && !moved.equals(start)) {
      putBack(move.tid());
    }
  }

  /**
   * The id was given to somebody else in the instant before the write. Who is so young belongs
   * where the rest of its process is, or its parent.
   */
  private void putBack(int tid) throws IOException {
    int kin = proc.kin(tid);
    Path home = hierarchy.directoryOf(Files.readAllLines(proc.of(kin).resolve("cgroup")));
    boolean thread = Files.exists(proc.thread(kin, tid));
    write(
        home.resolve(thread ? hierarchy.version().threadsFile() : "cgroup.procs"),
        Integer.toString(tid));
    LOG.warnf("id %d had been given to another process, which is back in %s", tid, home);
  }

  private void move(MoveProcess move) throws IOException {
    if (!proc.isAlive(move.process())) {
      return;
    }
    try {
      write(move.processesFile(), Integer.toString(move.process().pid()));
    } catch (IOException e) {
      if (proc.isAlive(move.process())) {
        throw e;
      }
    }
  }

  private static void remove(Path directory) throws IOException {
    try {
      Files.delete(directory);
    } catch (NoSuchFileException e) {
      // Whoever removed the parent has removed it too.
    }
  }
}
