package dev.diecast.daemon.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** The files under /proc that the daemon reads (proc(5)). */
public final class ProcFiles {
  private static final int START_TICKS_FIELD = 22;

  /** pid, name and the state itself, counted from 1. */
  private static final int FIELDS_BEFORE_STATE = 3;

  private final Path proc;

  public ProcFiles(Path proc) {
    this.proc = proc;
  }

  public Path of(int pid) {
    return proc.resolve(Integer.toString(pid));
  }

  public List<Integer> pids() throws IOException {
    return numericNames(proc);
  }

  /** Thread ids of a process, its main thread among them. */
  public List<Integer> threads(int pid) throws IOException {
    return numericNames(of(pid).resolve("task"));
  }

  /** The name of a thread, at most 15 bytes long. */
  public String threadName(int pid, int tid) throws IOException {
    return Files.readString(thread(pid, tid).resolve("comm"), StandardCharsets.UTF_8).strip();
  }

  public Path thread(int pid, int tid) {
    return of(pid).resolve("task").resolve(Integer.toString(tid));
  }

  /** The arguments a process was started with; empty for a kernel thread or a zombie. */
  public List<String> arguments(int pid) throws IOException {
    String joined = Files.readString(of(pid).resolve("cmdline"), StandardCharsets.ISO_8859_1);
    return joined.isEmpty() ? List.of() : Arrays.asList(joined.split("\0"));
  }

  /** Empty where there is no such process, or nothing but its zombie. */
  public OptionalLong startTicks(int pid) {
    try {
      String stat = Files.readString(of(pid).resolve("stat"), StandardCharsets.ISO_8859_1);
      return startTicks(stat);
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** When a thread of a process started; empty where the process has no such thread. */
  public OptionalLong threadStartTicks(int pid, int tid) {
    try {
      return startTicks(
          Files.readString(thread(pid, tid).resolve("stat"), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Whether a thread is in state R (proc(5)): running, or waiting for nothing but a CPU. */
  public boolean isRunnable(int pid, int tid) {
    try {
      String stat = Files.readString(thread(pid, tid).resolve("stat"), StandardCharsets.ISO_8859_1);
      return stat.startsWith(") R ", stat.lastIndexOf(')'));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Whether a process is in state T or t (proc(5)): stopped by a signal, or by a tracer. False
   * where it is gone, or its pid is another's by now.
   */
  public boolean isStopped(ProcessKey key) {
    try {
      String stat = Files.readString(of(key.pid()).resolve("stat"), StandardCharsets.ISO_8859_1);
      OptionalLong start = startTicks(stat);
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return start.isPresent()
          && start.getAsLong() == key.startTicks()
          && (state == 'T' || state == 't');
    } catch (IOException e) {
      return false;
    }
  }

  /** The process that a thread belongs to; the parent of a process. */
  public int kin(int id) throws IOException {
    int process = status(id, "Tgid:");
    return process == id ? status(id, "PPid:") : process;
  }

  private int status(int id, String field) throws IOException {
    for (String line : Files.readAllLines(of(id).resolve("status"), StandardCharsets.ISO_8859_1)) {
      if (line.startsWith(field)) {
        return Integer.parseInt(line.substring(field.length()).strip());
      }
    }
    throw new IOException("no " + field + " in " + of(id).resolve("status"));
  }

  /**
   * Bytes that a process has had read from and written to storage, /proc/PID/io (proc(5)); empty
   * where it is gone.
   */
  public OptionalLong storageBytes(int pid) {
    try {
      long sum = 0;
      for (String line : Files.readAllLines(of(pid).resolve("io"))) {
        if (line.startsWith("read_bytes:") || line.startsWith("write_bytes:")) {
          sum += Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
        }
      }
      return OptionalLong.of(sum);
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * CPU time that a process has used in all its threads, those that have ended among them, in clock
   * ticks; empty where it is gone.
   */
  public OptionalLong cpuTicks(int pid) {
    final int userField = 14;
    try {
      String stat = Files.readString(of(pid).resolve("stat"), StandardCharsets.ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
      int user = userField - FIELDS_BEFORE_STATE;
      return OptionalLong.of(Long.parseLong(fields[user]) + Long.parseLong(fields[user + 1]));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Reads /proc/PID/stat; the name in parentheses may itself hold spaces and parentheses. */
  static OptionalLong startTicks(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    String state = fields[0];
    if (state.equals("Z") || state.equals("X")) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(fields[START_TICKS_FIELD - FIELDS_BEFORE_STATE]));
  }

  public boolean isAlive(ProcessKey key) {
    OptionalLong now = startTicks(key.pid());
    return now.isPresent() && now.getAsLong() == key.startTicks();
  }

  private static List<Integer> numericNames(Path directory) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (Character.isDigit(name.charAt(0))) {
          numbers.add(Integer.parseInt(name));
        }
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw new NoSuchFileException(directory.toString(), null, e.getMessage());
    }
    return numbers;
  }
}
