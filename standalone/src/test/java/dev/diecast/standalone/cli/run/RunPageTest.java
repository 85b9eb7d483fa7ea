package dev.diecast.standalone.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.core.fidelity.Cause;
import dev.diecast.core.fidelity.Outcome;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunPageTest {
  private static final Instant BEGIN = Instant.parse("2026-11-22T10:00:00Z");
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 2800;

  @TempDir private Path directory;

  private static RunReport.Node node(String name, Outcome outcome, RunReport.Interval... bad) {
    return new RunReport.Node(
        name,
        "web",
        "host",
        outcome,
        new RunReport.Clock(3.2, 8.5, 120L, 40L, 60, 31.0),
        new RunReport.Cpu(0.98, 2e8, 0.1, null),
        bad.length,
        List.of(bad));
  }

  static RunReport report() {
    return new RunReport(
        Outcome.FAIL,
        "shop",
        "default",
        "10",
        "GuestKernel",
        List.of(
            node("shop-web-0", Outcome.PASS),
            node(
                "shop-web-1",
                Outcome.FAIL,
                new RunReport.Interval(
                    BEGIN.plusSeconds(12).toString(),
                    BEGIN.plusSeconds(31).toString(),
                    "CpuContention",
                    62),
                new RunReport.Interval(BEGIN.plusSeconds(50).toString(), null, "ClockWrong", 100))),
        new RunReport.Reference(2e8, 1.9e8, 2.1e8, 12),
        List.of(
            new RunReport.Pipe(
                "shop-web-0 > core",
                900,
                10_000,
                List.of(
                    new RunReport.Pipe.Delay(0, 10_012),
                    new RunReport.Pipe.Delay(0.5, 10_120),
                    new RunReport.Pipe.Delay(1, 12_400))),
            new RunReport.Pipe("core > shop-web-1", 0, 20_000, List.of())),
        List.of(
            new RunReport.Judged(
                "shop-web-1",
                "record",
                Outcome.FAIL,
                "unfaithful for <48.3 %> of the time",
                Cause.CpuContention,
                null,
                null,
                null,
                null)),
        new RunReport.Span(BEGIN.toString(), BEGIN.plusSeconds(60).toString()),
        4,
        80);
  }

  static Map<String, List<RunHistory.Point>> history() {
    List<RunHistory.Point> level = new ArrayList<>();
    List<RunHistory.Point> sloping = new ArrayList<>();
    for (int i = 0; i <= 60; i += 4) {
      level.add(new RunHistory.Point(BEGIN.plusSeconds(i), 100 + i % 3 * 20, 40, 99));
      sloping.add(new RunHistory.Point(BEGIN.plusSeconds(i), 30L * i, 40, i < 30 ? 62 : 100));
    }
    return Map.of("shop-web-0", level, "shop-web-1", sloping);
  }

  @Test
  void isOnePieceAndSaysBothFrames() {
    String page = RunPage.of(report(), history());
    assertThat(page)
        .contains("host time since the measurement began, s", "guest time, s")
        .contains("CpuContention", "ClockWrong", "&lt;48.3 %&gt;", "T = 10")
        .contains("shop-web-0 &gt; core (10.000 ms)", "2 of the 2 pipes")
        .doesNotContain("http", "<script", "<48.3");
    assertThat(page.split("<polyline")).as("two plots of two machines, two pipes").hasSize(7);
    assertThat(page.split("fill=\"#c0392b\"")).as("two bad intervals").hasSize(3);
  }

  @Test
  void aRunInWhichNothingWasMeasuredSaysSo() {
    assertThat(RunPage.of(report(), Map.of())).contains("nothing was measured");
  }

  /** A browser draws it: what is marked bad is red, and lines have their colours. */
  @Test
  void aBrowserRendersIt() throws Exception {
    Optional<Path> browser = browser();
    assumeTrue(browser.isPresent(), "no chromium here: apt-get install chromium");
    Path page = Files.writeString(directory.resolve("run.html"), RunPage.of(report(), history()));
    Path image =
        Optional.ofNullable(System.getProperty("diecast.screenshot"))
            .map(Path::of)
            .orElse(directory.resolve("run.png"));
    Process process =
        new ProcessBuilder(
                browser.get().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + directory.resolve("profile"),
                "--window-size=" + WIDTH + "," + HEIGHT,
                "--screenshot=" + image,
                page.toUri().toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("browser.log").toFile())
            .start();
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
    assertThat(image).as(Files.readString(directory.resolve("browser.log"))).exists();
    BufferedImage seen = ImageIO.read(image.toFile());
    assertThat(count(seen, 0xc0392b)).as("bad intervals").isGreaterThan(500);
    assertThat(count(seen, 0xcfe8cf)).as("good time").isGreaterThan(2000);
    assertThat(count(seen, 0x0072b2)).as("first line").isGreaterThan(100);
    assertThat(count(seen, 0xd55e00)).as("second line").isGreaterThan(100);
  }

  private static Optional<Path> browser() throws IOException {
    String named = System.getProperty("diecast.browser", System.getenv("DIECAST_BROWSER"));
    return Stream.of(named, "/usr/bin/chromium", "/usr/bin/google-chrome")
        .filter(path -> path != null && !path.isEmpty())
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static int count(BufferedImage image, int rgb) {
    int count = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        count += (image.getRGB(x, y) & 0xffffff) == rgb ? 1 : 0;
      }
    }
    return count;
  }
}
