package dev.diecast.standalone.cli;

import dev.diecast.standalone.cli.session.InstanceOption;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.cli.session.Setup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** kubectl, pointed at the instance's API server. */
@Command(
    name = "kubectl",
    mixinStandardHelpOptions = true,
    description = "Runs kubectl against the instance, e.g. diecast kubectl get sm,dn,vmi.")
final class KubectlCommand implements Callable<Integer> {
  @Mixin private InstanceOption instance;

  @Parameters(paramLabel = "ARG", arity = "0..*", description = "What kubectl is given.")
  private List<String> arguments = List.of();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Session.attach(instance.instance()).close();
    List<String> command = new ArrayList<>();
    command.add(
        Setup.binaries(new ProgressConsole(System.err, false)).program("kubectl").toString());
    command.addAll(arguments);
    ProcessBuilder kubectl = new ProcessBuilder(command).inheritIO();
    kubectl.environment().put("KUBECONFIG", instance.instance().kubeconfig().toString());
    return kubectl.start().waitFor();
  }
}
