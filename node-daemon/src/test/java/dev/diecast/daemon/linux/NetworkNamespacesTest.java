package dev.diecast.daemon.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What goes wrong on the thread inside comes out as what it is. */
class NetworkNamespacesTest {
  @Test
  void aNamespaceThatIsNotThereIsSaidByTheCallThatFailed() {
    assertThatThrownBy(() -> NetworkNamespaces.inside("/run/netns/diecast-none", () -> null))
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.errno()).isEqualTo(2 /* ENOENT */))
        .hasMessageContaining("/run/netns/diecast-none");
  }

  @Test
  void anInterruptIsKept() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> NetworkNamespaces.inside("/proc/self/ns/net", () -> null))
        .isInstanceOf(IOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
