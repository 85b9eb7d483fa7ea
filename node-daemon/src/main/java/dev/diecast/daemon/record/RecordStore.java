package dev.diecast.daemon.record;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * The records on disk, one JSON file per VM, named by its uid. A record is on stable storage when
 * {@link #write} returns: file and directory are synced and the name changes in one step.
 */
public final class RecordStore {
  private static final Logger LOG = Logger.getLogger(RecordStore.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern UID = Pattern.compile("[0-9a-f-]{36}");
  private static final String SUFFIX = ".json";

  private static final String FRESH = ".new";

  /** What becomes of a record on disk, in the order in which it does. */
  public enum Step {
    Written,
    Synced,
    Renamed,
    Removed,
    DirectorySynced
  }

  /** Told after each single step has taken place. */
  @FunctionalInterface
  public interface StepListener {
    void taken(Step step);
  }

  private final Path directory;
  private final StepListener listener;
  private final Map<String, VmRecord> records = new ConcurrentHashMap<>();

  private RecordStore(Path directory, StepListener listener) {
    this.directory = directory;
    this.listener = listener;
  }

  /** Reads what a predecessor left; creates the directory where there is none. */
  public static RecordStore open(Path stateDirectory) throws IOException {
    return open(stateDirectory, _ -> {});
  }

  /** As {@link #open(Path)}, told of every step. */
  public static RecordStore open(Path stateDirectory, StepListener listener) throws IOException {
    RecordStore store = new RecordStore(stateDirectory.resolve("vms"), listener);
    Files.createDirectories(store.directory);
    store.removeUnfinished();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(store.directory, "*" + SUFFIX)) {
      for (Path file : files) {
        store.load(file);
      }
    }
    return store;
  }

  /** What never got its name was never a record. */
  private void removeUnfinished() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + FRESH)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  private void load(Path file) throws IOException {
    try {
      VmRecord record = JSON.readValue(Files.readAllBytes(file), VmRecord.class);
      records.put(record.vm().uid(), record);
    } catch (JacksonException | NullPointerException e) {
      // Kept for whoever wants to know; the VM's cgroup is found by its name all the same.
      Path aside = file.resolveSibling(file.getFileName() + ".unreadable");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      LOG.errorf("record %s is unreadable, kept as %s: %s", file, aside, e.getMessage());
    }
  }

  public Collection<VmRecord> all() {
    return List.copyOf(records.values());
  }

  public Optional<VmRecord> find(String uid) {
    return Optional.ofNullable(records.get(uid));
  }

  /**
   * @throws RecordNotWritableException where it is not on stable storage then
   */
  public synchronized void write(VmRecord record) throws IOException {
    Path file = file(record.vm().uid());
    try {
      write(file, record);
    } catch (IOException e) {
      throw new RecordNotWritableException(file, e);
    }
    records.put(record.vm().uid(), record);
  }

  private void write(Path file, VmRecord record) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + FRESH);
    try (FileChannel out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(record));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      listener.taken(Step.Written);
      out.force(true);
      listener.taken(Step.Synced);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    listener.taken(Step.Renamed);
    syncDirectory();
  }

  /** Makes a record of what there is of it; writes it only where it is another one then. */
  public synchronized VmRecord compute(String uid, Function<Optional<VmRecord>, VmRecord> make)
      throws IOException {
    Optional<VmRecord> before = find(uid);
    VmRecord after = make.apply(before);
    if (!before.equals(Optional.of(after))) {
      write(after);
    }
    return after;
  }

  /** Changes a record that exists; does nothing where it is gone. */
  public synchronized void update(String uid, UnaryOperator<VmRecord> change) throws IOException {
    VmRecord record = records.get(uid);
    if (record != null) {
      write(change.apply(record));
    }
  }

  /** Removes a record by which nothing is left to undo. */
  public synchronized void removeIfSettled(String uid) throws IOException {
    if (find(uid).filter(VmRecord::isSettled).isPresent()) {
      remove(uid);
    }
  }

  public synchronized void remove(String uid) throws IOException {
    Files.deleteIfExists(file(uid));
    listener.taken(Step.Removed);
    syncDirectory();
    records.remove(uid);
  }

  private Path file(String uid) {
    if (!UID.matcher(uid).matches()) {
      throw new IllegalArgumentException("not a uid: " + uid);
    }
    return directory.resolve(uid + SUFFIX);
  }

  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
    listener.taken(Step.DirectorySynced);
  }
}
