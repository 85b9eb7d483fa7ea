package dev.diecast.standalone.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.diecast.core.cpu.ThreadTimes;
import dev.diecast.core.cpu.Throttling;
import dev.diecast.standalone.virt.GuestVcpus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CpuUseTest {

  /** Due a tenth of a core: 10 ms of every 100, and a cap of 11 since 1 is lost in each. */
  private static CpuUse use(String node, long usageMicros, long periods) {
    return new CpuUse(
        node,
        node.substring(0, node.indexOf('-')),
        0.1,
        1_000,
        new GuestVcpus.Times(
            new ThreadTimes(usageMicros * 1_000, 0), new Throttling(periods, 0, 0)));
  }

  @Test
  void whatIsLostInEachPeriodIsNoWorkAndAGroupsShareIsItsMean() {
    List<CpuUse> before = List.of(use("web-0", 500, 3), use("web-1", 0, 0), use("db-0", 0, 0));
    List<CpuUse> after =
        List.of(use("web-0", 110_500, 13), use("web-1", 60_000, 10), use("db-0", 30_000, 10));
    assertThat(CpuUse.shares(before, after, Duration.ofSeconds(1)))
        .hasSize(2)
        .hasEntrySatisfying("web", share -> assertThat(share).isEqualTo(0.75, within(1e-9)))
        .hasEntrySatisfying("db", share -> assertThat(share).isEqualTo(0.2, within(1e-9)));
  }
}
