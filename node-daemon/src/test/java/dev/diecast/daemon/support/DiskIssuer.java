package dev.diecast.daemon.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Opens files as QEMU opens disks, and reads and writes them when told so, each command on a thread
 * of its own as QEMU's are: {@code open PATH direct|buffered}, {@code close PATH}, {@code close}
 * (all), {@code read|write PATH BYTES COUNT}; answers each line with the nanoseconds that it took.
 */
public final class DiskIssuer {
  private static final int ALIGNMENT = 4096;

  private DiskIssuer() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Map<String, FileChannel> files = new HashMap<>();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("ready");
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ");
      if (words[0].equals("close") && words.length > 1) {
        files.remove(words[1]).close();
        System.out.println(0);
      } else if (words[0].equals("close")) {
        for (FileChannel file : files.values()) {
          file.close();
        }
        files.clear();
        System.out.println(0);
      } else if (words[0].equals("open")) {
        FileChannel before =
            files.put(words[1], open(Path.of(words[1]), words[2].equals("direct")));
        if (before != null) {
          before.close();
        }
        System.out.println(0);
      } else {
        FileChannel file = files.get(words[1]);
        int bytes = Integer.parseInt(words[2]);
        int count = Integer.parseInt(words[3]);
        long start = System.nanoTime();
        Thread issuer = new Thread(() -> issue(file, words[0].equals("read"), bytes, count));
        issuer.start();
        issuer.join();
        System.out.println(System.nanoTime() - start);
      }
    }
  }

  static FileChannel open(Path path, boolean direct) throws IOException {
    return direct
        ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, direct())
        : FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** By its name: the JDK has it, and its compiler warns of whoever says so. */
  private static OpenOption direct() {
    try {
      return Arrays.stream(Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants())
          .filter(option -> option.toString().equals("DIRECT"))
          .map(OpenOption.class::cast)
          .findFirst()
          .orElseThrow();
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void issue(FileChannel file, boolean read, int bytes, int count) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes + ALIGNMENT).alignedSlice(ALIGNMENT);
    try {
      for (int i = 0; i < count; i++) {
        buffer.clear().limit(bytes);
        long position = (long) i * bytes;
        int done = read ? file.read(buffer, position) : file.write(buffer, position);
        if (done != bytes) {
          throw new IOException("moved " + done + " bytes instead of " + bytes);
        }
      }
    } catch (IOException e) {
      e.printStackTrace();
      System.exit(1);
    }
  }
}
