package dev.diecast.standalone.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AxisTest {
  private static double[] values(double... values) {
    return values;
  }

  @Test
  void ticksAreRound() {
    assertThat(Axis.exact(values(0, 551.7), 0, 100).ticks())
        .extracting(Axis::number)
        .containsExactly("0", "200", "400");
    assertThat(Axis.exact(values(0.2536, 44.43), 0, 100).ticks())
        .extracting(Axis::number)
        .containsExactly("10", "20", "30", "40");
    assertThat(Axis.exact(values(-0.03, 0.02), 0, 100).ticks())
        .extracting(Axis::number)
        .containsExactly("-0.03", "-0.02", "-0.01", "0", "0.01", "0.02");
  }

  @Test
  void aRoundAxisGoesFromTickToTick() {
    Axis axis = Axis.round(values(-0.75, 13.6), 300, 0);
    assertThat(axis.ticks()).extracting(Axis::number).containsExactly("-5", "0", "5", "10", "15");
    assertThat(axis.place(-5)).isEqualTo(300);
    assertThat(axis.place(15)).isEqualTo(0);
    assertThat(axis.place(5)).isEqualTo(150);
    assertThat(Axis.round(values(0, 100), 0, 1).most()).isEqualTo(100);
  }

  @Test
  void oneValueHasRoomAroundIt() {
    assertThat(Axis.round(values(7, 7), 0, 100).place(7)).isBetween(1.0, 99.0);
    assertThat(Axis.exact(values(0), 0, 100).ticks()).isNotEmpty();
    assertThat(Axis.logarithmic(values(3), 0, 100).place(3)).isBetween(1.0, 99.0);
  }

  @Test
  void factorsAreEquallyFarApartOnALogarithmicOne() {
    Axis axis = Axis.logarithmic(values(1, 100), 0, 200);
    assertThat(axis.place(10)).isEqualTo(100);
    assertThat(axis.ticks())
        .extracting(Axis::number)
        .containsExactly("1", "2", "5", "10", "20", "50", "100");
    assertThat(Axis.logarithmic(values(0.05, 9000), 0, 1).ticks())
        .extracting(Axis::number)
        .containsExactly("0.1", "1", "10", "100", "1000");
    assertThat(Axis.logarithmic(values(10.3, 11.8), 0, 1).ticks())
        .extracting(Axis::number)
        .containsExactly("10.5", "11", "11.5");
    assertThat(axis.place(0)).as("what has no logarithm is at the edge").isZero();
    assertThat(Axis.logarithmic(values(0, 0), 0, 1).ticks()).isNotEmpty();
  }
}
