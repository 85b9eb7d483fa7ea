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
  private static CpuUse use(String node, long usageMicros) {
    return new CpuUse(
        node,
        node.substring(0, node.indexOf('-')),
        0.1,
        10.0 / 11,
        new GuestVcpus.Times(
            new ThreadTimes(usageMicros * 1_000, 0), new Throttling(usageMicros / 5_000, 0, 0)));
  }

  private static final List<CpuUse> BEFORE =
      List.of(use("web-0", 5_000), use("web-1", 0), use("db-0", 0));

  private static final List<CpuUse> AFTER =
      List.of(use("web-0", 115_000), use("web-1", 55_000), use("db-0", 22_000));

  @Test
  void whatIsLostAtSwitchesIsNoWorkAndAGroupsShareIsItsMean() {
    assertThat(CpuUse.shares(BEFORE, AFTER, Duration.ofSeconds(1)))
        .hasSize(2)
        .hasEntrySatisfying("web", share -> assertThat(share).isEqualTo(0.75, within(1e-9)))
        .hasEntrySatisfying("db", share -> assertThat(share).isEqualTo(0.2, within(1e-9)));
  }

  @Test
  void whatAGroupUsedIsTheSumOfItsNodes() {
    assertThat(CpuUse.byGroup(BEFORE, AFTER).get("web"))
        .isEqualTo(
            new GuestVcpus.Times(new ThreadTimes(165_000_000, 0), new Throttling(22 + 11, 0, 0)));
  }
}
