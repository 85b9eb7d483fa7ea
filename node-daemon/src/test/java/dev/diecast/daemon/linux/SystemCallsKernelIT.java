package dev.diecast.daemon.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemCallsKernelIT {
  private static final int PAGE_BYTES = 4096;

  @TempDir Path directory;

  private static long openDescriptors() throws IOException {
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.count();
    }
  }

  @Test
  void aTenantsLinkLeadsNowhereOutsideItsRoot() throws IOException {
    lookUp(); // the JDK opens descriptors of its own for the first socket
    long before = openDescriptors();
    lookUp();
    assertThat(openDescriptors()).as("descriptors left open").isEqualTo(before);
  }

  private void lookUp() throws IOException {
    Path directory = Files.createTempDirectory(this.directory, "host");
    Path root = Files.createDirectories(directory.resolve("root"));
    Files.createDirectories(root.resolve("run"));
    Files.createDirectories(root.resolve("var"));
    Files.writeString(directory.resolve("secret"), "of the host");
    Files.createSymbolicLink(root.resolve("var/run"), Path.of("/run"));
    Files.createSymbolicLink(root.resolve("run/absolute"), directory.resolve("secret"));
    Files.createSymbolicLink(root.resolve("run/climbing"), Path.of("../../../secret"));
    Path socket = directory.resolve("root/run/agent.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Descriptor rootFd = SystemCalls.open(root.toString(), SystemCalls.O_PATH)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      for (String planted : new String[] {"/run/absolute", "/run/climbing", "/../secret"}) {
        assertThatThrownBy(() -> SystemCalls.openPathInRoot(rootFd, planted).close())
            .as(planted)
            .isInstanceOf(SystemCallException.class)
            .hasMessageContaining("No such file");
      }
      try (Descriptor found = SystemCalls.openPathInRoot(rootFd, "/var/run/agent.sock");
          SocketChannel client =
              SocketChannel.open(UnixDomainSocketAddress.of("/proc/self/fd/" + found.number()))) {
        assertThat(client.isConnected()).isTrue();
      }
    }
  }

  @Test
  void errorsNameTheCallAndTheReason() {
    assertThatThrownBy(() -> SystemCalls.open("/nowhere/at/all", SystemCalls.O_RDONLY).close())
        .isInstanceOf(SystemCallException.class)
        .hasMessage("open /nowhere/at/all: No such file or directory");
  }

  @Test
  void theCounterRuns() throws IOException {
    try (TimeStampCounter counter = TimeStampCounter.open()) {
      long first = counter.read();
      assertThat(counter.read()).isGreaterThan(first);
    }
  }

  /** An engine reserves room for all packets that may be under way, and mostly few are. */
  @Test
  void memoryThatIsReservedTakesRoomOnceItIsWritten() throws IOException {
    long pages = 16_384;
    long address;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = SystemCalls.reserve(pages * PAGE_BYTES, arena);
      address = memory.address();
      assertThat(present(address, pages)).isZero();
      memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      memory.set(ValueLayout.JAVA_BYTE, (pages - 1) * PAGE_BYTES, (byte) 1);
      assertThat(present(address, pages))
          .as("or as many as a huge page has")
          .isBetween(2L, 2L * 512);
      assertThat(memory.get(ValueLayout.JAVA_BYTE, 1)).isZero();
    }
    assertThat(present(address, pages)).as("once the arena is closed").isZero();
  }

  /** Pages of this process that are in memory (Linux, Documentation/admin-guide/mm/pagemap.rst). */
  private static long present(long address, long pages) throws IOException {
    try (RandomAccessFile pagemap = new RandomAccessFile("/proc/self/pagemap", "r")) {
      byte[] entries = new byte[(int) pages * Long.BYTES];
      pagemap.seek(address / PAGE_BYTES * Long.BYTES);
      pagemap.readFully(entries);
      LongBuffer longs = ByteBuffer.wrap(entries).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
      return LongStream.generate(longs::get).limit(pages).filter(entry -> entry < 0).count();
    }
  }
}
