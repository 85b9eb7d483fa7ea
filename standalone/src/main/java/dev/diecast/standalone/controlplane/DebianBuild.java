package dev.diecast.standalone.controlplane;

import dev.diecast.standalone.FileTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A build of Kubernetes 1.20.2 from Debian's source package, once per cache directory: about ten
 * minutes of two cores. Safe against interruption (what is in {@code bin} is complete or absent;
 * the next try goes on where this one was stopped) and against two at once (a file lock).
 */
final class DebianBuild implements ControlPlaneBinaries.Source {

  private static final String SCRIPT = "/controlplane/build-control-plane.sh";

  /** How the script marks lines for people. */
  private static final String PROGRESS_MARK = "## ";

  private final Path directory;
  private final Consumer<String> progress;

  DebianBuild(Path directory, Consumer<String> progress) {
    this.directory = directory;
    this.progress = progress;
  }

  @Override
  public String name() {
    return "build from Debian's source package";
  }

  boolean isComplete() {
    return ControlPlaneBinaries.PROGRAMS.stream()
        .allMatch(program -> Files.isExecutable(programs().resolve(program)));
  }

  @Override
  public Map<String, Path> provide(List<String> wanted) {
    try {
      if (!isComplete()) {
        Files.createDirectories(directory);
        build();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot build in " + directory, e);
    }
    return wanted.stream().collect(Collectors.toMap(Function.identity(), programs()::resolve));
  }

  private Path programs() {
    return directory.resolve("bin");
  }

  private void build() throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = lock(channel)) {
      if (!lock.isValid()) {
        throw new IOException("lost the lock on " + directory);
      }
      // Whoever held the lock may just have finished it.
      if (isComplete()) {
        return;
      }
      progress.accept("building the control plane once, about 10 minutes on 2 cores");
      Path fresh = directory.resolve("bin.partial");
      Path work = directory.resolve("work");
      run(fresh, work);
      if (Files.exists(programs())) {
        // Complete when it was made, and somebody has taken from it since.
        FileTree.delete(programs());
      }
      Files.move(fresh, programs(), StandardCopyOption.ATOMIC_MOVE);
      FileTree.delete(work);
    }
  }

  private FileLock lock(FileChannel channel) throws IOException {
    FileLock lock = channel.tryLock();
    if (lock == null) {
      progress.accept("another process builds the control plane already; waiting for it");
      lock = channel.lock();
    }
    return lock;
  }

  private void run(Path out, Path work) throws IOException {
    Path script = directory.resolve("build-control-plane.sh");
    try (InputStream resource = DebianBuild.class.getResourceAsStream(SCRIPT)) {
      Files.copy(resource, script, StandardCopyOption.REPLACE_EXISTING);
    }
    Path log = directory.resolve("build.log");
    Process process =
        new ProcessBuilder("bash", script.toString(), out.toString(), work.toString())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .start();
    // Compilers must not go on, and hold the lock's work, when the user pressed Ctrl-C.
    Thread onExit = new Thread(() -> endTree(process));
    Runtime.getRuntime().addShutdownHook(onExit);
    String last = "";
    try (BufferedReader lines = process.inputReader();
        var copy = Files.newBufferedWriter(log)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        copy.write(line);
        copy.newLine();
        if (line.startsWith(PROGRESS_MARK)) {
          last = line.substring(PROGRESS_MARK.length());
          progress.accept(last);
        }
      }
      int exit = process.waitFor();
      if (exit != 0) {
        throw new ControlPlaneException(
            "failed with " + exit + " at \"" + last + "\"; its log is " + log);
      }
    } catch (InterruptedException e) {
      endTree(process);
      Thread.currentThread().interrupt();
      throw new ControlPlaneException("interrupted", e);
    } finally {
      removeHook(onExit);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down already: the hook has done its work.
    }
  }

  private static void endTree(Process process) {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
  }
}
