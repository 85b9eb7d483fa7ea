package dev.diecast.standalone.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.core.fidelity.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A run's results as they lie on disk: one file, a directory of them, or a directory of such
 * directories, which are the same run repeated.
 *
 * @param verdict of the run itself; empty where it is not on record
 * @param timeDilationFactor T, empty likewise
 */
public record RunRecord(
    String name,
    Optional<Outcome> verdict,
    Optional<String> timeDilationFactor,
    List<Series> series) {

  /** The run's own report in a directory of results. */
  public static final String REPORT = "run.json";

  /** What the run itself measured. */
  public static final String LINES = "results.jsonl";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MOST_BYTES = 256L << 20;

  public RunRecord {
    series = List.copyOf(series);
  }

  /**
   * @throws IllegalArgumentException naming the file, what is wrong with it and the mend
   */
  public static RunRecord read(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return new RunRecord(
          path.toString(), Optional.empty(), Optional.empty(), pooled(series(path, "load")));
    }
    if (!Files.isDirectory(path)) {
      throw new IllegalArgumentException(path + ": there is no such file or directory");
    }
    if (Files.exists(path.resolve(REPORT))) {
      return directory(path, JSON.readTree(path.resolve(REPORT).toFile()));
    }
    List<RunRecord> repeated = new ArrayList<>();
    for (Path run : entries(path, entry -> Files.exists(entry.resolve(REPORT)))) {
      repeated.add(read(run));
    }
    return repeated.isEmpty()
        ? directory(path, JSON.missingNode())
        : together(path.toString(), repeated);
  }

  private static List<Path> entries(Path directory, Predicate<Path> wanted) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(wanted).sorted().toList();
    }
  }

  /** The same run several times, as one: no better than the worst of them. */
  private static RunRecord together(String name, List<RunRecord> runs) {
    RunRecord first = runs.getFirst();
    for (RunRecord run : runs) {
      if (!run.timeDilationFactor.equals(first.timeDilationFactor)
          || !run.keys().equals(first.keys())) {
        throw new IllegalArgumentException(
            ("%s: %s and %s are no repetitions of one run (T %s with %s; T %s with %s): put runs that"
                    + " differ into directories of their own")
                .formatted(
                    name,
                    first.name,
                    run.name,
                    first.timeDilationFactor.orElse("unknown"),
                    first.keys(),
                    run.timeDilationFactor.orElse("unknown"),
                    run.keys()));
      }
    }
    return new RunRecord(
        name,
        Optional.of(
            Outcome.together(
                runs.stream().map(run -> run.verdict.orElse(Outcome.UNKNOWN)).toList())),
        first.timeDilationFactor,
        pooled(runs.stream().flatMap(run -> run.series.stream()).toList()));
  }

  private Set<String> keys() {
    return series.stream().map(Series::key).collect(Collectors.toCollection(TreeSet::new));
  }

  private static RunRecord directory(Path path, JsonNode report) throws IOException {
    List<Series> all = new ArrayList<>();
    for (Path file : entries(path, Files::isRegularFile)) {
      String name = file.getFileName().toString();
      if (!name.equals(REPORT) && !name.startsWith(".") && !name.endsWith(".html")) {
        all.addAll(series(file, seriesName(name)));
      }
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException(
          path
              + ": holds no results; `diecast run --results DIR` writes some, and so do the tools"
              + " of docs/reference/results.md");
    }
    return new RunRecord(
        path.toString(),
        Optional.ofNullable(report.path("verdict").textValue()).map(Outcome::valueOf),
        Optional.ofNullable(report.path("timeDilationFactor").textValue()),
        pooled(all));
  }

  /** What several files, or lines, say of one series is one series. */
  private static List<Series> pooled(List<Series> all) {
    Map<String, List<Series>> byKey = new LinkedHashMap<>();
    all.forEach(series -> byKey.computeIfAbsent(series.key(), _ -> new ArrayList<>()).add(series));
    return byKey.values().stream().map(Series::pooled).toList();
  }

  /**
   * A file's name without its ending, and a node's without its index: nodes of a group are alike.
   */
  private static String seriesName(String file) {
    return file.replaceFirst("[.][^.]*$", "").replaceFirst("(?<=.)-[0-9]+$", "");
  }

  /** With the series alone whose names or keys match, in the order in which they are. */
  public RunRecord only(Predicate<String> names) {
    return new RunRecord(
        name,
        verdict,
        timeDilationFactor,
        series.stream().filter(one -> names.test(one.name()) || names.test(one.key())).toList());
  }

  private static List<Series> series(Path file, String name) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new IllegalArgumentException(
          "%s: has more than %d MiB: split it".formatted(file, MOST_BYTES >> 20));
    }
    String text = Files.readString(file);
    try {
      return parse(name, text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /** By what it looks like, whatever it is called. */
  static List<Series> parse(String name, String text) {
    if (text.stripLeading().startsWith("{")) {
      Optional<List<Series>> tool = Optional.empty();
      try {
        tool = ToolJson.read(name, JSON.readTree(text));
      } catch (JsonProcessingException e) {
        // Several objects, one on each line, or broken: the lines say which.
      }
      return tool.orElseGet(() -> ResultLines.read(text));
    }
    return ToolText.read(name, text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "is no output of wrk, pgbench, fio (json) or iperf3 (json), and no lines of"
                        + " results: see docs/reference/results.md"));
  }
}
