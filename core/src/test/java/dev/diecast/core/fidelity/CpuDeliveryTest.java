package dev.diecast.core.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.diecast.core.Rational;
import java.util.List;
import org.junit.jupiter.api.Test;

class CpuDeliveryTest {
  private static CpuDelivery delivery(long usage, long delay) {
    return CpuDelivery.of(10_000, usage, delay, 0, Rational.of(1, 10));
  }

  private static double starved(long usage, long delay) {
    return delivery(usage, delay).starved();
  }

  @Test
  void starvedIsWhatWasDueForTheTimeOfWorkAndNotGiven() {
    assertThat(starved(0, 0)).as("idle").isZero();
    assertThat(starved(1_000, 9_000)).as("always busy, all that the cap allows").isZero();
    assertThat(starved(500, 9_500)).as("always busy, half").isEqualTo(0.5, within(1e-9));
    assertThat(starved(100, 900)).as("busy for a tenth of the time").isZero();
    assertThat(starved(50, 950)).as("the same, but slower").isEqualTo(0.5, within(1e-9));
    assertThat(starved(40, 150)).as("slow to wake, and yet faster than due").isZero();
  }

  /** Sums of both, as metrics have them, must not say more of idle vCPUs than each reading. */
  @Test
  void usageOverWhatIsOwedIsWhatIsDelivered() {
    for (CpuDelivery one :
        List.of(
            delivery(5, 2),
            delivery(40, 150),
            delivery(500, 9_500),
            delivery(1_000, 9_000),
            delivery(5_000, 0))) {
      assertThat(one.usageNanos() / (double) one.owedNanos())
          .as("%s", one)
          .isEqualTo(one.delivered(), within(1e-9));
    }
    assertThat(delivery(0, 0).owedNanos()).isZero();
  }

  @Test
  void aLittleIsNoise() {
    assertThat(delivery(895, 9_105).isStarved(Tolerances.DEFAULT))
        .as("10.5 %% of the cap")
        .isTrue();
    assertThat(delivery(905, 9_095).isStarved(Tolerances.DEFAULT))
        .as("9.5 %% of the cap")
        .isFalse();
    assertThat(delivery(1, 290).isStarved(Tolerances.DEFAULT))
        .as("idle, woken late: 2.8 %% of the cap")
        .isFalse();
    assertThat(delivery(1, 400).isStarved(Tolerances.DEFAULT)).as("3.9 %% of the cap").isTrue();
  }

  @Test
  void deliveredOverDue() {
    assertThat(delivery(0, 0).delivered()).as("idle: nothing was kept from it").isEqualTo(1);
    assertThat(delivery(500, 9_500).delivered()).isEqualTo(0.5, within(1e-9));
    assertThat(delivery(5_000, 0).delivered()).as("five times its cap").isEqualTo(5);
    assertThat(delivery(5_000, 0).isExcessive(Tolerances.DEFAULT)).isTrue();
    assertThat(delivery(1_100, 0).isExcessive(Tolerances.DEFAULT))
        .as("a period cut by the edge")
        .isFalse();
  }

  @Test
  void aSumAddsUpWhatWasDueAndGiven() {
    CpuDelivery sum = delivery(1_000, 9_000).plus(delivery(100, 900));
    assertThat(sum.usageNanos()).isEqualTo(1_100);
    assertThat(sum.dueNanos()).isEqualTo(1_100);
    assertThat(sum.capNanos()).isEqualTo(2_000);
    assertThat(sum.lengthNanos()).isEqualTo(10_000);
  }
}
