package dev.diecast.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps two processes, and two threads of one, from building the same thing in the cache at once.
 * The kernel drops the lock when its holder dies, so an interrupted build never blocks the next
 * one. Not reentrant.
 */
public final class CacheLock implements AutoCloseable {

  // A file lock belongs to the whole JVM: threads need one of their own.
  private static final Map<Path, ReentrantLock> WITHIN_THIS_PROCESS = new ConcurrentHashMap<>();

  private final ReentrantLock inProcess;
  private final FileChannel channel;
  private final FileLock lock;

  private CacheLock(ReentrantLock inProcess, FileChannel channel, FileLock lock) {
    this.inProcess = inProcess;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Waits until nobody else holds the lock.
   *
   * @param directory what is locked; created if need be, the lock is the file {@code .lock} in it
   */
  public static CacheLock acquire(Path directory, Progress progress) {
    try {
      Files.createDirectories(directory);
      Path file = directory.toRealPath().resolve(".lock");
      ReentrantLock inProcess = WITHIN_THIS_PROCESS.computeIfAbsent(file, f -> new ReentrantLock());
      if (inProcess.isHeldByCurrentThread()) {
        throw new IllegalStateException("already locked by this thread: " + file);
      }
      inProcess.lock();
      FileChannel channel = null;
      try {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
          progress.detail("waiting for another diecast process that is working in " + directory);
          lock = channel.lock();
        }
        return new CacheLock(inProcess, channel, lock);
      } catch (IOException | RuntimeException e) {
        inProcess.unlock();
        if (channel != null) {
          channel.close();
        }
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock " + directory, e);
    }
  }

  @Override
  public void close() {
    try (channel) {
      lock.release();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      inProcess.unlock();
    }
  }
}
