package dev.diecast.standalone.cli.verdict;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.diecast.core.fidelity.Outcome;
import dev.diecast.standalone.cli.run.RunReport;
import java.util.List;

/**
 * What {@code verdict} found, as {@code -o json} prints it. The fields are stable; what there is
 * not is null, never absent.
 *
 * @param verdict the worst of all models'
 * @param server which was asked
 * @param window host time that is judged
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record VerdictReport(Outcome verdict, String server, RunReport.Span window, List<Model> models) {

  VerdictReport {
    models = List.copyOf(models);
  }

  /**
   * @param findings one of each node at least
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Model(
      String name,
      String namespace,
      String timeDilationFactor,
      Outcome verdict,
      List<RunReport.Judged> findings) {}
}
