package dev.diecast.daemon.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Plays a QEMU: a process with threads named as QEMU names its own, first those that are always
 * busy, then those that never are, and, where it is told a socket and a factor, a guest agent. On
 * standard input {@code write FILE} starts a writer to a disk, {@code plug FILE} opens one without
 * the page cache, {@code unplug FILE} closes it, any other line starts one more busy vCPU; the end
 * of it ends the process.
 */
public final class BusyVcpus {
  static final String WRITE = "write ";
  static final String PLUG = "plug ";
  static final String UNPLUG = "unplug ";

  private BusyVcpus() {}

  public static void main(String[] arguments) throws IOException {
    int busy = Integer.parseInt(arguments[0]);
    int count = busy + Integer.parseInt(arguments[1]);
    for (int i = 0; i < count; i++) {
      start(i, i < busy ? BusyVcpus::spin : BusyVcpus::idle);
    }
    if (!arguments[2].equals("-uuid")) {
      PlayedAgent.start(Path.of(arguments[2]), Double.parseDouble(arguments[3]));
    }
    Map<String, FileChannel> disks = new HashMap<>();
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      if (order.startsWith(WRITE)) {
        Path file = Path.of(order.substring(WRITE.length()));
        Thread.ofPlatform().daemon().name("IO iothread1").start(() -> write(file));
      } else if (order.startsWith(PLUG)) {
        String file = order.substring(PLUG.length());
        disks.put(file, DiskIssuer.open(Path.of(file), true));
      } else if (order.startsWith(UNPLUG)) {
        disks.remove(order.substring(UNPLUG.length())).close();
      } else {
        start(count++, BusyVcpus::spin);
      }
    }
    System.exit(0);
  }

  /** As a guest's disk without a cache: some requests a second, each through to the device. */
  private static void write(Path file) {
    ByteBuffer block = ByteBuffer.allocate(64 << 10);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.DSYNC)) {
      for (long n = 0; true; n++) {
        channel.write(block.clear(), n * block.capacity() % channel.size());
        LockSupport.parkNanos(50_000_000);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void start(int index, Runnable work) {
    Thread vcpu = new Thread(work, "CPU " + index + "/TCG");
    vcpu.setDaemon(true);
    vcpu.start();
  }

  private static void idle() {
    while (true) {
      LockSupport.park();
    }
  }

  private static void spin() {
    while (true) {
      Thread.onSpinWait();
    }
  }
}
