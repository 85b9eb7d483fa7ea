package dev.diecast.standalone.cli.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReferenceSpeedTest {
  @Test
  void asksCoresThatLieEvenlyAmongThoseThatMayBeHad() {
    assertThat(ReferenceSpeed.allowed("Threads:\t1\nCpus_allowed_list:\t0-2,6\nx"))
        .containsExactly(0, 1, 2, 6);
    assertThat(ReferenceSpeed.spread(List.of(2, 3))).containsExactly(2, 3);
    assertThat(ReferenceSpeed.spread(IntStream.range(0, 64).boxed().toList()))
        .containsExactly(0, 16, 32, 48);
  }
}
