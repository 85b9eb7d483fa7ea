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
    assertThat(standstill.seen(now)).isEmpty();
  }

  @Test
  void aHostThatStoodStillIsToldOfOnce() {
    sleep(250);
    sleep(1250);
    sleep(250);
    assertThat(standstill.seen(now)).hasValueSatisfying(s -> assertThat(s).contains("for 1.0 s"));
    assertThat(standstill.seen(now)).isEmpty();
  }

  @Test
  void whoIsAwakeBeforeTheThreadIsToldAndOnlyOnce() {
    sleep(250);
    now += Duration.ofMillis(1250).toNanos();
    assertThat(standstill.seen(now)).hasValueSatisfying(s -> assertThat(s).contains("for 1.0 s"));
    standstill.woken(now + 1000);
    assertThat(standstill.seen(now + 2000)).isEmpty();
  }

  @Test
  void theLongestOfSeveralIsTold() {
    sleep(250);
    sleep(1250);
    sleep(3250);
    sleep(1250);
    assertThat(standstill.seen(now)).hasValueSatisfying(s -> assertThat(s).contains("for 3.0 s"));
  }
}
