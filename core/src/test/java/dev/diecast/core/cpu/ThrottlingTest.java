package dev.diecast.core.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThrottlingTest {
  @Test
  void readsBothVersionsOfCpuStat() {
    assertThat(Throttling.parse("nr_periods 10\nnr_throttled 3\nthrottled_time 5000\n"))
        .isEqualTo(new Throttling(10, 3, 5000));
    assertThat(
            Throttling.parse(
                "usage_usec 9\nuser_usec 1\nnr_periods 10\nnr_throttled 3\nthrottled_usec 5\n"))
        .isEqualTo(new Throttling(10, 3, 5000));
  }
}
