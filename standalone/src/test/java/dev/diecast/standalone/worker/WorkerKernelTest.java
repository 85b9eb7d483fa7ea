package dev.diecast.standalone.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WorkerKernelTest {

  @Test
  void everyReleaseIsFoundByItsName() {
    assertThat(WorkerKernel.releases()).containsExactly("bookworm", "bookworm-backports");
    assertThat(WorkerKernel.releases())
        .allSatisfy(name -> assertThat(WorkerKernel.ofRelease(name).release()).isEqualTo(name));
  }

  @Test
  void anotherOneIsRefusedByWhatIsPossible() {
    assertThatThrownBy(() -> WorkerKernel.ofRelease("Bookworm"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a worker VM runs the kernel of Debian bookworm or bookworm-backports, not of"
                + " \"Bookworm\"");
  }
}
