package dev.diecast.standalone.cli.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.DilationFactor;
import dev.diecast.standalone.virt.GuestExec;
import dev.diecast.standalone.virt.GuestVcpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /** One of them is 28 % off now and then, which is not the host's speed. */
  @Test
  void ofGuestsThatDifferTheOneInTheMiddleCounts() throws IOException {
    Map<GuestExec, Double> rates = new HashMap<>();
    List<ReferenceSpeed.Guest> guests = new ArrayList<>();
    for (double rate : new double[] {72, 100, 97}) {
      GuestExec exec = new GuestExec(Path.of("none"), DilationFactor.of(1));
      rates.put(exec, rate);
      guests.add(new ReferenceSpeed.Guest(exec, new GuestVcpus(List.of())));
    }
    assertThat(new ReferenceSpeed(guests).read(rates::get))
        .hasSizeGreaterThanOrEqualTo(2)
        .containsOnly(97.0);
  }
}
