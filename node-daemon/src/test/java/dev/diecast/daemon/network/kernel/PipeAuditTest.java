package dev.diecast.daemon.network.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.network.EthernetFrame;
import dev.diecast.core.network.PipeAttributes;
import org.junit.jupiter.api.Test;

/** Frames as they would be seen, at a pipe of 10 Mbit/s and 20 ms. */
class PipeAuditTest {
  private static final int PIPE = 7;
  private static final int BYTES = EthernetFrame.FULL_BYTES;
  private static final long MILLI = 1_000_000;
  private static final long DELAY = 20 * MILLI;
  private static final long WIRE = EthernetFrame.wireBits(BYTES) * 100L;
  private static final long LONG_AFTER = 60_000 * MILLI;

  private final PipeAudit audit = new PipeAudit();

  private static KernelPipe pipe(long delayNanos, int lossPartsPerBillion, long limitPackets) {
    return new KernelPipe(1_250_000, delayNanos, lossPartsPerBillion, limitPackets);
  }

  private void begin(int lossPartsPerBillion, long limitPackets) {
    audit.set(PIPE, pipe(DELAY, lossPartsPerBillion, limitPackets), 0);
  }

  private void enter(long content, long nanos) {
    audit.entered(PIPE, content, BYTES, nanos);
  }

  @Test
  void framesBehindEachOtherAreDueAWireTimeApart() {
    begin(0, 100);
    for (int i = 0; i < 5; i++) {
      enter(i, 1000);
    }
    for (int i = 0; i < 5; i++) {
      audit.left(i, 1000 + (i + 1) * WIRE + DELAY);
    }
    assertThat(audit.lateness().count()).isEqualTo(5);
    assertThat(audit.lateness().maxNanos()).isZero();
    assertThat(audit.late() + audit.overdue()).isZero();
    assertThat(audit.counters(PIPE).leftPackets()).isEqualTo(5);
    assertThat(audit.counters(PIPE).insidePackets()).isZero();
    assertThat(audit.delay(PIPE).maxNanos()).isEqualTo(5 * WIRE + DELAY);
    assertThat(audit.propagationNanos(PIPE)).isEqualTo(DELAY);
  }

  @Test
  void aFrameThatComesOutLaterThanItShouldIsLate() {
    begin(0, 100);
    enter(1, 0);
    audit.left(1, WIRE + DELAY + 2 * MILLI);
    assertThat(audit.overdue()).as("more than 1 %% and 100 us").isEqualTo(1);
    assertThat(audit.late()).as("not by the engines' bound of 5 ms").isZero();
    enter(2, 100 * MILLI);
    audit.left(2, 100 * MILLI + WIRE + DELAY + 6 * MILLI);
    assertThat(audit.late()).isEqualTo(1);
    assertThat(audit.counters(PIPE).latestNanos()).isEqualTo(6 * MILLI);
  }

  /** One that is held up is no excuse for those behind it. */
  @Test
  void whatWaitsBehindALateFrameIsLateToo() {
    begin(0, 100);
    enter(1, 0);
    enter(2, 0);
    audit.left(1, WIRE + DELAY + 9 * MILLI);
    audit.left(2, 2 * WIRE + DELAY + 9 * MILLI);
    assertThat(audit.late()).isEqualTo(2);
  }

  @Test
  void whatWasLostTookNoTimeOnTheWire() {
    begin(PipeAttributes.BILLION / 2, 100);
    enter(1, 0);
    enter(2, 0);
    enter(3, 0);
    audit.left(1, WIRE + DELAY);
    audit.left(3, 2 * WIRE + DELAY);
    audit.expire(LONG_AFTER);
    assertThat(audit.lateness().maxNanos()).isZero();
    assertThat(audit.counters(PIPE).lossDrops()).isEqualTo(1);
    assertThat(audit.unexplained()).isZero();
  }

  @Test
  void aFullQueueAccountsForWhatDoesNotComeOut() {
    begin(0, 3);
    for (int i = 0; i < 5; i++) {
      enter(i, 0);
    }
    for (int i = 0; i < 3; i++) {
      audit.left(i, (i + 1) * WIRE + DELAY);
    }
    audit.expire(LONG_AFTER);
    assertThat(audit.counters(PIPE).queueDrops()).isEqualTo(2);
    assertThat(audit.unexplained()).isZero();
    // It is empty again by then.
    enter(9, LONG_AFTER);
    audit.expire(2 * LONG_AFTER);
    assertThat(audit.unexplained()).as("nothing accounts for this one").isEqualTo(1);
  }

  @Test
  void aPipeThatIsDownAccountsForAll() {
    begin(PipeAttributes.BILLION, 100);
    enter(1, 0);
    audit.expire(LONG_AFTER);
    assertThat(audit.counters(PIPE).downDrops()).isEqualTo(1);
    assertThat(audit.unexplained()).isZero();
  }

  @Test
  void whatIsInsideAtAChangeIsNotJudgedAndNoneOvertakesIt() {
    audit.set(PIPE, pipe(1000 * MILLI, 0, 100), 0);
    enter(1, 0);
    enter(2, 0);
    audit.set(PIPE, pipe(DELAY, 0, 100), 10 * MILLI);
    enter(3, 11 * MILLI);
    audit.left(1, WIRE + 1000 * MILLI);
    audit.left(2, 2 * WIRE + 1000 * MILLI);
    audit.left(3, 3 * WIRE + 1000 * MILLI);
    assertThat(audit.lateness().count()).isEqualTo(1);
    assertThat(audit.overdue()).as("a wire time is nothing of a second").isZero();
    enter(4, 2000 * MILLI);
    audit.left(4, 2000 * MILLI + WIRE + DELAY + 2 * MILLI);
    assertThat(audit.overdue()).isEqualTo(1);
  }

  @Test
  void equalFramesComeOutInTheirOrder() {
    begin(0, 100);
    enter(1, 0);
    enter(1, 5 * MILLI);
    audit.left(1, WIRE + DELAY);
    audit.left(1, 5 * MILLI + WIRE + DELAY);
    assertThat(audit.lateness().maxNanos()).isZero();
    audit.left(1, 30 * MILLI);
    assertThat(audit.unknown()).isEqualTo(1);
  }

  @Test
  void nothingIsSaidOfWhatWasInsideWhenFramesWereMissed() {
    begin(0, 100);
    enter(1, 0);
    audit.missed(4, 10 * MILLI);
    audit.left(1, 500 * MILLI);
    audit.expire(LONG_AFTER);
    assertThat(audit.lateness().count()).isZero();
    assertThat(audit.unexplained()).as("nobody watched these").isEqualTo(4);
    assertThat(audit.counters(PIPE).insidePackets()).isZero();
  }

  @Test
  void aPipeThatNobodyToldOfHasNothing() {
    audit.entered(3, 1, BYTES, 0);
    assertThat(audit.unknown()).isEqualTo(1);
    assertThat(audit.counters(3).enteredPackets()).isZero();
  }
}
