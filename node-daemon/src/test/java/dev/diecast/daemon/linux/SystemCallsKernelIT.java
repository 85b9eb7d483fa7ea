package dev.diecast.daemon.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemCallsKernelIT {
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
}
