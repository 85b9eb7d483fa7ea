package dev.diecast.standalone.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.diecast.core.fidelity.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {
  private static final String WRK =
      """
      Running 10s test @ http://10.64.1.0/
        2 threads and 10 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency     1.16ms  300.00us  12.00ms   90.00%
          Req/Sec     4.00k   100.00     5.00k    70.00%
        Latency Distribution
           50%  635.00us
           75%    1.00ms
           90%    2.50ms
           99%    1.20s
        80000 requests in 10.00s, 60.00MB read
      Requests/sec:   8000.50
      Transfer/sec:      6.00MB
      """;

  private static final String PGBENCH =
      """
      transaction type: <builtin: TPC-B (sort of)>
      latency average = 4.1 ms
      tps = 230.5 (including connections establishing)
      tps = 240.5 (excluding connections establishing)
      """;

  private static final String FIO =
      """
      {"fio version":"fio-3.33","jobs":[{"jobname":"db","read":{"total_ios":100,"iops":50.5,
       "clat_ns":{"N":100,"percentile":{"1.000000":1000,"50.000000":2000000,"99.000000":9000000}}},
       "write":{"total_ios":0}}]}
      """;

  private static final String IPERF =
      """
      {"start":{},"intervals":[],"end":{"sum_received":{"bits_per_second":9.5e6}}}
      """;

  @TempDir private Path directory;

  private static List<Series> read(String text) {
    return RunRecord.parse("load", text);
  }

  @Test
  void readsWhatToolsPrint() {
    assertThat(read(WRK).getFirst()).isEqualTo(new Series.Throughput("load", 8000.5, "requests/s"));
    Distribution wrk = ((Series.Latency) read(WRK).get(1)).distribution();
    assertThat(wrk.count()).isEqualTo(80_000);
    assertThat(wrk.quantile(0.9)).isCloseTo(0.0025, within(1e-12));
    assertThat(wrk.quantile(0.99)).isCloseTo(1.2, within(1e-12));
    assertThat(read(PGBENCH))
        .containsExactly(new Series.Throughput("load", 240.5, "transactions/s"));
    Distribution log =
        ((Series.Latency) read("0 1 2000 0 1700000000 5\n0 2 4000 0 1700000000 9\n").getFirst())
            .distribution();
    assertThat(log.quantile(1)).isEqualTo(0.004);
    assertThat(read(FIO).getFirst())
        .isEqualTo(new Series.Throughput("load/db/read", 50.5, "operations/s"));
    assertThat(((Series.Latency) read(FIO).get(1)).distribution().quantile(0.5)).isEqualTo(0.002);
    assertThat(read(IPERF)).containsExactly(new Series.Throughput("load", 9.5e6, "bit/s"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hello | is no output of wrk",
        "{\"result\":\"speed\",\"series\":\"a\"} | line 1: result is \"speed\"",
        "{\"result\":\"cpu\",\"series\":\"a\"} | line 1: share is missing",
        "{\"result\":\"cpu\",\"share\":1} | line 1: has no series",
        "{\"result\":\"cpu\",\"series\":\"a\",\"share\":-1} | not negative",
        "{nonsense | line 1 is no JSON"
      })
  void whatCannotBeReadIsSaid(String text, String message) throws IOException {
    Path file = Files.writeString(directory.resolve("bad.txt"), text);
    assertThatThrownBy(() -> RunRecord.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  private Path run(String name, String verdict, double rate, double[] latencies)
      throws IOException {
    Path run = Files.createDirectories(directory.resolve(name));
    Files.writeString(
        run.resolve("run.json"),
        "{\"verdict\":\"%s\",\"timeDilationFactor\":\"10\"}".formatted(verdict));
    Files.writeString(
        run.resolve("web.jsonl"),
        String.format(
                Locale.ROOT, "{\"result\":\"throughput\",\"series\":\"web\",\"value\":%f}%n", rate)
            + Arrays.stream(latencies)
                .mapToObj(v -> "{\"result\":\"latency\",\"series\":\"web\",\"seconds\":" + v + "}")
                .collect(Collectors.joining("\n")));
    return run;
  }

  @Test
  void nodesOfAGroupAreOneSeriesHoweverManyTheyAre() throws IOException {
    Path one = Files.createDirectories(directory.resolve("one"));
    Files.writeString(one.resolve("client-0.txt"), WRK);
    Path three = Files.createDirectories(directory.resolve("three"));
    for (int node = 0; node < 3; node++) {
      Files.writeString(three.resolve("client-" + node + ".txt"), WRK);
    }
    RunRecord pooled = RunRecord.read(three);
    assertThat(pooled.series())
        .extracting(Series::key)
        .containsExactlyElementsOf(RunRecord.read(one).series().stream().map(Series::key).toList())
        .containsExactly("throughput:client", "latency:client");
    Distribution latency = ((Series.Latency) pooled.series().get(1)).distribution();
    assertThat(latency.count()).isEqualTo(240_000);
    assertThat(latency.quantile(0.75)).isCloseTo(0.001, within(1e-12));
    Comparison same = compare(one, three);
    assertThat(same.rows()).extracting(Comparison.Row::outcome).containsOnly(Outcome.PASS);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "0.005, 1", "0.03, 0"})
  void latenciesWithinTheToleranceAreNotToldApart(double tolerance, double distance) {
    // Pings of 40.0 to 40.4 ms and of 41.0 to 41.4 ms: apart by 1.5 to 3.5 %.
    Distribution a =
        new Distribution.Samples(
            IntStream.range(0, 200).mapToDouble(i -> 0.0400 + i * 2e-6).toArray());
    Distribution b =
        new Distribution.Samples(
            IntStream.range(0, 200).mapToDouble(i -> 0.0410 + i * 2e-6).toArray());
    assertThat(KolmogorovSmirnov.of(a, b, tolerance).distance()).isEqualTo(distance);
    assertThat(KolmogorovSmirnov.of(b, a, tolerance).distance()).isEqualTo(distance);
  }

  @Test
  void quantilesOfSeveralNodesAreWeightedByTheirCount() {
    Distribution pooled =
        Distribution.pooled(
                List.of(
                    new Distribution.Curve(new TreeMap<>(Map.of(0.0, 1.0, 1.0, 2.0)), 300),
                    new Distribution.Curve(new TreeMap<>(Map.of(0.0, 1.0, 1.0, 3.0)), 100)))
            .orElseThrow();
    // At 2 s all of the first and half of the second are done.
    assertThat(pooled.cumulative(2)).isCloseTo((300 + 50) / 400.0, within(1e-12));
    assertThat(pooled.count()).isEqualTo(400);
    assertThat(
            Distribution.pooled(
                List.of(
                    new Distribution.Curve(new TreeMap<>(Map.of(0.5, 1.0, 0.9, 2.0)), 10),
                    new Distribution.Curve(new TreeMap<>(Map.of(0.5, 3.0, 0.9, 4.0)), 10))))
        .as("no range in common")
        .isEmpty();
    assertThat(
            Distribution.pooled(
                List.of(
                    new Distribution.Samples(new double[] {1}),
                    new Distribution.Curve(new TreeMap<>(Map.of(0.5, 1.0, 0.9, 2.0)), 10))))
        .as("single values beside quantiles")
        .isEmpty();
  }

  private static double[] normal(int seed, int count, double mean) {
    Random random = new Random(seed);
    return DoubleStream.generate(() -> Math.abs(mean + random.nextGaussian() * 0.01))
        .limit(count)
        .toArray();
  }

  private static Comparison compare(Path a, Path b) throws IOException {
    return Comparison.of(RunRecord.read(a), RunRecord.read(b), Comparison.Limits.DEFAULT);
  }

  @Test
  void runsOfOnePopulationAreTheSame() throws IOException {
    Path a = run("a", "PASS", 100, normal(1, 2000, 0.1));
    Comparison same = compare(a, run("b", "PASS", 102.9, normal(2, 2000, 0.1)));
    assertThat(same.outcome()).as(same.rows().toString()).isEqualTo(Outcome.PASS);
    assertThat(ComparisonPage.of(same))
        .contains("<svg", "<polyline", "T = 10", "PASS")
        .doesNotContain("http", "<script");
  }

  @Test
  void whatDiffersIsNamed() throws IOException {
    Path a = run("a", "PASS", 100, normal(1, 500, 0.1));
    Comparison rate = compare(a, run("b", "PASS", 96.9, normal(2, 500, 0.1)));
    assertThat(rate.outcome()).isEqualTo(Outcome.FAIL);
    assertThat(rate.rows().getFirst().text()).contains("96.9 %");
    Comparison latency = compare(a, run("c", "PASS", 100, normal(3, 500, 0.11)));
    assertThat(latency.outcome()).isEqualTo(Outcome.FAIL);
    KolmogorovSmirnov test = latency.rows().getLast().test().orElseThrow();
    // Two normal distributions a standard deviation apart: 2 Φ(1/2) − 1.
    assertThat(test.distance()).isCloseTo(0.383, within(0.06));
    assertThat(test.probability()).isLessThan(1e-6);
  }

  @Test
  void whatSeveralFilesSayOfOneSeriesIsOneSeries() throws IOException {
    String line = "{\"result\":\"%s\",\"series\":\"shop\",\"%s\":%s}%n";
    Path run = Files.createDirectories(directory.resolve("copies"));
    for (int copy = 1; copy <= 3; copy++) {
      Files.writeString(
          run.resolve("client-%d.txt".formatted(copy)),
          line.formatted("throughput", "value", 10 * copy)
              + line.formatted("latency", "seconds", copy)
              + line.formatted("cpu", "share", 0.1 * copy));
    }
    List<Series> series = RunRecord.read(run).series();
    assertThat(series).hasSize(3);
    assertThat(series.getFirst())
        .isEqualTo(new Series.Throughput("shop", List.of(10.0, 20.0, 30.0), "1/s"));
    assertThat(((Series.Throughput) series.getFirst()).value()).isCloseTo(20, within(1e-12));
    Distribution all = ((Series.Latency) series.get(2)).distribution();
    assertThat(all.corners()).containsExactly(1, 2, 3);
    assertThat(((Series.Cpu) series.get(1)).share()).isCloseTo(0.2, within(1e-12));
    assertThat(RunRecord.read(run).only(name -> name.matches("other.*")).series()).isEmpty();
    assertThat(RunRecord.read(run).only("cpu:shop"::equals).series())
        .singleElement()
        .isInstanceOf(Series.Cpu.class);
  }

  @Test
  void quantilesBesideSingleValuesOfOneNameAreRefused() throws IOException {
    Path run = Files.createDirectories(directory.resolve("twice"));
    Files.writeString(run.resolve("web.txt"), WRK);
    Files.writeString(
        run.resolve("web.log"), "{\"result\":\"latency\",\"series\":\"web\",\"seconds\":1}");
    assertThatThrownBy(() -> RunRecord.read(run))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("latency web")
        .hasMessageContaining("call them differently");
  }

  @Test
  void tooFewValuesTellNothing() throws IOException {
    Path a = run("a", "PASS", 100, new double[] {0.1, 0.2, 0.3});
    Comparison few = compare(a, run("b", "PASS", 100, new double[] {0.15, 0.25, 0.35}));
    assertThat(few.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(few.rows().getLast().text()).endsWith("too few to tell, measure more");
  }

  @Test
  void aRunThatIsNotTrueProvesNothing() throws IOException {
    Path a = run("a", "FAIL", 100, normal(1, 500, 0.1));
    Comparison comparison = compare(a, run("b", "PASS", 100, normal(2, 500, 0.1)));
    assertThat(comparison.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(comparison.rows().getFirst().text()).contains("its own verdict is FAIL");
  }

  /** Each boot of a guest has its own luck: a side may be several runs. */
  @Test
  void aDirectoryOfRunsIsTheSameRunRepeated() throws IOException {
    run("a/1", "PASS", 90, normal(1, 100, 0.1));
    run("a/2", "PASS", 110, normal(2, 300, 0.1));
    RunRecord both = RunRecord.read(directory.resolve("a"));
    assertThat(both.verdict()).contains(Outcome.PASS);
    assertThat(both.timeDilationFactor()).isPresent();
    assertThat(both.series())
        .anyMatch(one -> one instanceof Series.Throughput rate && rate.value() == 100)
        .anyMatch(
            one -> one instanceof Series.Latency all && all.distribution().count() == 100 + 300);
    run("a/3", "FAIL", 100, normal(3, 100, 0.1));
    assertThat(RunRecord.read(directory.resolve("a")).verdict()).contains(Outcome.FAIL);
    Files.writeString(directory.resolve("a/3/load.txt"), PGBENCH);
    assertThatThrownBy(() -> RunRecord.read(directory.resolve("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("a/1", "a/3", "no repetitions", "throughput:load");
  }

  private Path runs(String name, double... rates) throws IOException {
    for (int i = 0; i < rates.length; i++) {
      run(name + "/" + i, "PASS", rates[i], normal(i, 200, 0.1));
    }
    return directory.resolve(name);
  }

  @Test
  void ratesOfRepeatedRunsMayDifferByChance() throws IOException {
    Path a = runs("a", 1.35, 1.30, 1.41, 1.32);
    Comparison oneSlow = compare(a, runs("slow", 0.98, 1.28, 1.32, 1.35));
    assertThat(oneSlow.rows().getFirst().outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(oneSlow.rows().getFirst().text())
        .contains("91.6 %", "of 4 and 4 values: too few to tell");
    Comparison allSlow = compare(a, runs("slower", 1.21, 1.24, 1.22, 1.25));
    assertThat(allSlow.rows().getFirst().outcome()).isEqualTo(Outcome.FAIL);
    assertThat(allSlow.rows().getFirst().text()).contains("91.4 %", "p = 0.0");
    Comparison same = compare(a, runs("same", 1.34, 1.33, 1.36, 1.37));
    assertThat(same.rows().getFirst().outcome()).isEqualTo(Outcome.PASS);
  }

  @Test
  void aSeriesOfOneRunAloneIsUnknown() throws IOException {
    Path a = run("a", "PASS", 100, normal(1, 100, 0.1));
    Files.writeString(a.resolve("load.txt"), PGBENCH);
    Comparison comparison = compare(a, run("b", "PASS", 100, normal(1, 100, 0.1)));
    assertThat(comparison.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(comparison.rows()).anyMatch(row -> row.text().equals("there is none in B"));
  }

  @Test
  void quantilesAreHeldAgainstSamples() {
    double[] samples = normal(5, 4000, 0.1);
    Distribution all = new Distribution.Samples(samples);
    TreeMap<Double, Double> some = new TreeMap<>();
    for (double share : new double[] {0.5, 0.75, 0.9, 0.99}) {
      some.put(share, all.quantile(share));
    }
    KolmogorovSmirnov same =
        KolmogorovSmirnov.of(all, new Distribution.Curve(some, samples.length));
    assertThat(same.distance()).as("straight lines in place of a bell").isLessThan(0.05);
    some.replaceAll((_, seconds) -> seconds * 1.2);
    KolmogorovSmirnov slower =
        KolmogorovSmirnov.of(all, new Distribution.Curve(some, samples.length));
    assertThat(slower.distance()).isGreaterThan(0.3);
    assertThat(slower.probability()).isLessThan(1e-6);
  }
}
