package dev.diecast.standalone.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SvgTimelineTest {

  /** How often a cause is written, titles of intervals and the line below aside. */
  private static long written(String svg, String cause) {
    return Pattern.compile(">" + cause + "</text>").matcher(svg).results().count();
  }

  @Test
  void causesAreWrittenWhereTheyHaveRoomAndToldAllTheSame() {
    String svg =
        new SvgTimeline(500, 0.2)
            .row("one")
            .bad(100, 101, "CpuContention")
            .bad(105, 106, "PipesLate")
            .bad(300, 301, "PipesLate")
            .row("other")
            .bad(200, 500, "ClockWrong")
            .svg();
    assertThat(written(svg, "CpuContention")).as("the next is too near").isZero();
    assertThat(written(svg, "PipesLate")).isEqualTo(2);
    assertThat(svg)
        .contains("<title>CpuContention</title>")
        .contains(">ClockWrong: 1, CpuContention: 1, PipesLate: 2</text>")
        .contains("class=\"inside\"");
    assertThat(written(svg, "ClockWrong")).as("inside its own interval").isEqualTo(1);
  }
}
