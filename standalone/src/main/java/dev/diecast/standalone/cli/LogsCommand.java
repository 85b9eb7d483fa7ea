package dev.diecast.standalone.cli;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.InstanceOption;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.Session;
import dev.diecast.standalone.supervisor.Instance;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints a node's serial console, or the log of a part of the instance. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    description =
        "Prints a node's serial console, or the log of a component (operator, node-daemon, ...).")
final class LogsCommand implements Callable<Integer> {
  @Mixin private InstanceOption instance;

  @Parameters(
      paramLabel = "NODE|COMPONENT",
      arity = "0..1",
      description = "A node's name or <group>-<index>; nothing lists what there is.")
  private String name;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on until interrupted.")
  private boolean follow;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Instance target = instance.instance();
    if (name == null) {
      for (Path log : componentLogs(target)) {
        System.out.println(component(log));
      }
      try (Session session = Session.attach(target)) {
        session.nodes().forEach(node -> System.out.println(node.getMetadata().getName()));
      }
      return ExitCode.OK;
    }
    print(file(target));
    return ExitCode.OK;
  }

  private Path file(Instance target) throws IOException {
    for (Path log : componentLogs(target)) {
      if (component(log).equals(name)) {
        return log;
      }
    }
    try (Session session = Session.attach(target)) {
      DilatedNode node = session.node(name);
      return session
          .directory(node.getMetadata().getNamespace(), node.getMetadata().getName())
          .console();
    }
  }

  private static String component(Path log) {
    return log.getFileName().toString().replaceFirst("\\.log$", "");
  }

  private static List<Path> componentLogs(Instance target) throws IOException {
    Path logs = target.logs();
    if (!Files.isDirectory(logs)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(logs)) {
      return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
  }

  private void print(Path file) throws IOException, InterruptedException {
    if (!Files.exists(file)) {
      throw new Refusal(name + ": has no log yet");
    }
    try (InputStream in = Files.newInputStream(file)) {
      do {
        in.transferTo(System.out);
        System.out.flush();
        if (follow) {
          Thread.sleep(300);
        }
      } while (follow);
    }
  }
}
