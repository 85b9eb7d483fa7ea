package dev.diecast.standalone.cli.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.InstanceOption;
import dev.diecast.standalone.cli.session.OutputOption;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.cli.session.StartOptions;
import dev.diecast.standalone.cli.session.TextTable;
import dev.diecast.standalone.supervisor.Instance;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/**
 * A benchmark that boots guests: refuses what it cannot do, starts an instance of its own,
 * measures, prints one table or object, and leaves nothing.
 *
 * @param <R> one line of the answer; its fields are stable
 */
abstract class GuestBench<R> implements Callable<Integer> {
  @Mixin private InstanceOption instance;
  @Mixin private StartOptions start;
  @Mixin private OutputOption output;

  /** The whole answer. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Report<R>(String bench, List<R> results) {}

  /** As a user calls it. */
  abstract String name();

  /**
   * Looks at the options, before anything starts.
   *
   * @throws Refusal naming the option and the mend
   */
  abstract void check();

  abstract List<R> measure(Session session, Instance target, ProgressConsole progress)
      throws IOException, InterruptedException;

  /** Whether there is a figure in it. */
  abstract boolean isMeasured(R result);

  abstract TextTable table(List<R> results);

  @Override
  public final Integer call() throws IOException, InterruptedException {
    check();
    Instance target = instance.instance();
    ProgressConsole progress = start.progress();
    List<R> results;
    try (Session session = Session.start(target, start, progress)) {
      results = measure(session, target, progress);
    }
    if (output.json()) {
      output.printJson(new Report<>(name(), results));
    } else {
      System.out.print(table(results));
    }
    return results.stream().allMatch(this::isMeasured) ? ExitCode.OK : ExitCode.FAILED;
  }

  /** Refuses a number that an option cannot take; {@code unit} is what it counts. */
  static void requireWithin(String option, int value, int least, int most, String unit) {
    if (value < least || value > most) {
      throw new Refusal(
          "%s: must be %d to %d %s, not %d".formatted(option, least, most, unit, value));
    }
  }
}
