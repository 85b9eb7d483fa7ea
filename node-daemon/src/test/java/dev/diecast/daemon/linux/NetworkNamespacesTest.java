package dev.diecast.daemon.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    // Work that is done already is not waited for, and then nobody looks at the interrupt.
    CountDownLatch seen = new CountDownLatch(1);
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(
              () ->
                  NetworkNamespaces.inside(
                      "/proc/self/ns/net", () -> seen.await(1, TimeUnit.MINUTES)))
          .isInstanceOf(IOException.class);
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      seen.countDown();
    }
  }
}
