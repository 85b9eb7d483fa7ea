package dev.diecast.standalone.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.fidelity.Finding;
import dev.diecast.core.fidelity.Outcome;
import dev.diecast.standalone.cli.StatusCommand;
import dev.diecast.standalone.cli.TestReports;
import dev.diecast.standalone.cli.session.TextTable;
import dev.diecast.standalone.cli.work.Medians;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportsTest {
  @TempDir Path home;

  @Test
  void mediansIgnoreOneDisturbedRound() {
    assertThat(Medians.of(List.of())).isEqualTo(OptionalDouble.empty());
    assertThat(Medians.of(List.of(1.0, 0.2, 1.1)).getAsDouble()).isEqualTo(1.0);
    assertThat(Medians.of(List.of(1.0, 2.0)).getAsDouble()).isEqualTo(1.5);
  }

  @Test
  void countsTestsAndKeepsTheReasonsOfSkips() throws IOException {
    Path reports = Files.createDirectories(home.resolve("core/target/surefire-reports"));
    Files.writeString(
        reports.resolve("TEST-a.xml"),
        """
        <testsuite>
          <testcase classname="A" name="one"/>
          <testcase classname="A" name="two"><skipped message="no engine here"/></testcase>
          <testcase classname="A" name="three"><failure message="1 is not 2"/></testcase>
          <testcase classname="A" name="four"><error message="boom"/></testcase>
        </testsuite>
        """);
    TestReports read = TestReports.read(home);
    assertThat(read.passed()).isEqualTo(1);
    assertThat(read.failed()).isEqualTo(2);
    assertThat(read.skips()).containsExactly("A.two: no engine here");
    assertThat(read.failures()).contains("A.three: 1 is not 2", "A.four: boom");
  }

  @Test
  void aClassThatRanInTwoPlacesIsCountedTwice() throws IOException {
    Path outside = Files.createDirectories(home.resolve("daemon/target/failsafe-reports"));
    Path inside = Files.createDirectories(home.resolve("e2e/target/failsafe-reports"));
    String report = "<testsuite><testcase classname='%s' name='one'/></testsuite>";
    Files.writeString(outside.resolve("TEST-A.xml"), report.formatted("A"));
    Files.writeString(inside.resolve("TEST-A-worker-vm.xml"), report.formatted("A[worker-vm]"));
    assertThat(TestReports.read(home).passed()).isEqualTo(2);
  }

  @Test
  void theTableSaysWhatWasNotMeasured() {
    RunReport report =
        new RunReport(
            Outcome.UNKNOWN,
            "shop",
            "default",
            "5/2",
            "GuestKernel",
            List.of(
                new RunReport.Node(
                    "shop-web-0",
                    "web",
                    "host",
                    Outcome.UNKNOWN,
                    RunReport.Clock.UNMEASURED,
                    new RunReport.Cpu(null, null, 0.4, 1_500L),
                    3,
                    List.of())),
            new RunReport.Reference(null, null, null, 0),
            List.of(),
            List.of(
                RunReport.Judged.of(
                    new Finding("shop-web-0", Finding.CLOCK, Outcome.UNKNOWN, "not yet"))),
            new RunReport.Span("2026-11-22T10:00:00Z", "2026-11-22T10:01:00Z"),
            1,
            2);
    assertThat(FidelityTable.of(report))
        .contains("NOTE shop-web-0: its host has 3 unfaithful intervals on record")
        .contains("T = 5/2", "not measured", "UNKNOWN shop-web-0 clock: not yet")
        .contains("Caps are wider than T says by 1.50 ms per period")
        .contains("Verdict: UNKNOWN");
  }

  @Test
  void addressesAreAColumnWhereThereAreAny() {
    StatusCommand.Node without =
        new StatusCommand.Node(
            "shop-web-0", "h", null, RunReport.Clock.UNMEASURED, null, null, null, List.of());
    StatusCommand.Node with =
        new StatusCommand.Node(
            "net-web-0",
            "h",
            "10.64.1.0",
            RunReport.Clock.UNMEASURED,
            0.1,
            1_250L,
            100_000L,
            List.of());
    assertThat(StatusCommand.table(List.of(without)).toString()).doesNotContain("ADDRESS");
    assertThat(StatusCommand.table(List.of(with, without)).toString().lines().map(String::strip))
        .containsExactly(
            "NODE        HOST  ADDRESS    CLOCK ERROR   DUE HOST CORES  CORRECTION          NOT TRUE",
            "net-web-0   h     10.64.1.0  not measured  0.1000          1.25 ms per 100 ms",
            "shop-web-0  h     none       not measured  not capped");
  }

  @Test
  void columnsAreAligned() {
    assertThat(new TextTable("A", "LONG").row("wide cell", "x").toString())
        .isEqualTo("A          LONG\nwide cell  x\n");
  }
}
