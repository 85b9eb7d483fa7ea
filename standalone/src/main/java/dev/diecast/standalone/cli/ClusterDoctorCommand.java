package dev.diecast.standalone.cli;

import dev.diecast.standalone.cli.session.ApiServer;
import dev.diecast.standalone.cli.session.ApiServerOption;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.OutputOption;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.doctor.Check;
import dev.diecast.standalone.doctor.ClusterCheck;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what a cluster can do. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Says what a cluster has of what DieCast needs, and how to mend what is missing.")
final class ClusterDoctorCommand implements Callable<Integer> {
  @Mixin private ApiServerOption server;
  @Mixin private OutputOption output;

  @Override
  public Integer call() {
    try (ApiServer asked =
        ApiServer.of(server.target().orElseGet(ApiServerOption::defaultInstance))
            .orElseThrow(() -> new Refusal("the instance does not run: ./diecast up starts it"))) {
      List<Check> checks =
          asked.read("answer to what a doctor asks", client -> new ClusterCheck(client).run());
      boolean usable = checks.stream().noneMatch(check -> check.status() == Check.Status.MISSING);
      if (output.json()) {
        output.printJson(new DoctorCommand.Report(usable, checks));
      } else {
        System.out.println("Of " + asked.name() + ":");
        DoctorCommand.print(checks);
      }
      return usable ? ExitCode.OK : ExitCode.REFUSED;
    }
  }
}
