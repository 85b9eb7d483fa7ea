package dev.diecast.standalone.cli;

import dev.diecast.standalone.cli.session.Calibration;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.InstanceOption;
import dev.diecast.standalone.cli.session.OutputOption;
import dev.diecast.standalone.cli.session.Setup;
import dev.diecast.standalone.cli.session.TextTable;
import dev.diecast.standalone.doctor.Check;
import dev.diecast.standalone.doctor.HostCheck;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what this host can do. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Says what this host can do for dilated guests, and how to mend what is missing.")
final class DoctorCommand implements Callable<Integer> {
  @Mixin private InstanceOption instance;
  @Mixin private OutputOption output;

  record Report(boolean usable, List<Check> checks) {}

  @Override
  public Integer call() {
    List<Check> checks =
        new HostCheck(Setup.cache(), instance.instance().directory(), Calibration.file()).run();
    boolean usable = checks.stream().noneMatch(check -> check.status() == Check.Status.MISSING);
    if (output.json()) {
      output.printJson(new Report(usable, checks));
    } else {
      print(checks);
    }
    return usable ? ExitCode.OK : ExitCode.REFUSED;
  }

  static void print(List<Check> checks) {
    TextTable table = new TextTable("CHECK", "STATUS", "FOUND");
    checks.forEach(check -> table.row(check.name(), check.status().name(), check.found()));
    System.out.print(table);
    checks.stream()
        .filter(check -> !check.mend().isEmpty())
        .forEach(check -> System.out.printf("%n%s: %s%n", check.name(), check.mend()));
  }
}
