package dev.diecast.daemon.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StandstillTest {
  private final Standstill standstill = new Standstill();
  private long now;

  private void sleep(int millis) {
    now += Duration.ofMillis(millis).toNanos();
    standstill.woken(now);
  }

  @Test
  void aThreadThatHasJustBegunOrIsWokenALittleLateSaysNothing() {
    sleep(60_000);
    sleep(251);
    sleep(900);
    assertThat(standstill.seen()).isEmpty();
  }

  @Test
  void aHostThatStoodStillIsToldOfOnce() {
    sleep(250);
    sleep(1250);
    sleep(250);
    assertThat(standstill.seen()).hasValueSatisfying(s -> assertThat(s).contains("for 1.0 s"));
    assertThat(standstill.seen()).isEmpty();
  }

  @Test
  void theLongestOfSeveralIsTold() {
    sleep(250);
    sleep(1250);
    sleep(3250);
    sleep(1250);
    assertThat(standstill.seen()).hasValueSatisfying(s -> assertThat(s).contains("for 3.0 s"));
  }
}
