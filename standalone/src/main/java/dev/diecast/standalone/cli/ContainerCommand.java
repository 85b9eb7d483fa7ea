package dev.diecast.standalone.cli;

import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Container images of operator and daemon, for clusters. */
@Command(
    name = "container",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Builds the container images of operator and daemon.",
    subcommands = ContainerCommand.Build.class)
final class ContainerCommand {

  /** An image: its name below the registry, and the module whose folder is its context. */
  private record Image(String name, String module) {}

  private static final List<Image> IMAGES =
      List.of(new Image("operator", "operator"), new Image("node-daemon", "node-daemon"));

  private static final List<String> ENGINES = List.of("docker", "podman");

  @Command(
      name = "build",
      mixinStandardHelpOptions = true,
      description =
          "Builds both from the Containerfiles of the checkout, and pushes them if asked.",
      footer = {
        "",
        "Example: diecast container build --registry registry.example.com/diecast --tag 0.1.0 --push"
      })
  static final class Build implements Callable<Integer> {
    @Option(
        names = "--registry",
        paramLabel = "REGISTRY",
        required = true,
        description = "Registry and path, as the chart's image.registry.")
    private String registry;

    @Option(
        names = "--tag",
        paramLabel = "TAG",
        defaultValue = "0.1.0-SNAPSHOT",
        description = "Tag, as the chart's image.tag (default: ${DEFAULT-VALUE}).")
    private String tag;

    @Option(
        names = "--base",
        paramLabel = "IMAGE",
        description =
            "Image to build on, with a Java runtime of 25 or newer, bash, coreutils and nsenter"
                + " (default: that of the Containerfile).")
    private Optional<String> base = Optional.empty();

    @Option(
        names = "--engine",
        paramLabel = "PROGRAM",
        description = "docker or podman (default: the first of them that is there).")
    private Optional<String> engine = Optional.empty();

    @Option(names = "--push", description = "Push the images once both are built.")
    private boolean push;

    @Option(names = "--print", description = "Print the commands and do nothing.")
    private boolean print;

    @Override
    public Integer call() {
      Path home = home();
      List<List<String>> commands = commands(home, engine());
      if (print) {
        commands.forEach(command -> System.out.println(String.join(" ", command)));
        return ExitCode.OK;
      }
      for (List<String> command : commands) {
        HostCommand.Result result =
            HostCommand.of(command).directory(home).onLine(System.err::println).run();
        if (!result.succeeded()) {
          System.err.println(
              "diecast: "
                  + String.join(" ", command)
                  + " ended with "
                  + result.exitCode()
                  + ":\n"
                  + String.join("\n", result.errors()));
          return ExitCode.FAILED;
        }
      }
      IMAGES.forEach(image -> System.out.println(reference(image)));
      return ExitCode.OK;
    }

    private List<List<String>> commands(Path home, String program) {
      List<List<String>> commands = new ArrayList<>();
      for (Image image : IMAGES) {
        Path context = home.resolve(image.module());
        List<String> build = new ArrayList<>(List.of(program, "build", "--tag", reference(image)));
        base.ifPresent(on -> build.addAll(List.of("--build-arg", "BASE=" + on)));
        build.addAll(
            List.of(
                "--file",
                context.resolve("src/main/container/Containerfile").toString(),
                context.toString()));
        commands.add(build);
      }
      if (push) {
        IMAGES.forEach(image -> commands.add(List.of(program, "push", reference(image))));
      }
      return commands;
    }

    private String reference(Image image) {
      return (registry.endsWith("/") ? registry : registry + "/") + image.name() + ":" + tag;
    }

    private String engine() {
      if (engine.isPresent()) {
        return engine.get();
      }
      return ENGINES.stream()
          .filter(program -> HostCommand.find(program).isPresent())
          .findFirst()
          .orElseGet(
              () -> {
                if (print) {
                  return ENGINES.getFirst();
                }
                throw new Refusal(
                    "neither docker nor podman is on the path: install one (apt-get install podman),"
                        + " or see the commands with --print");
              });
    }

    private static Path home() {
      String home = System.getenv("DIECAST_HOME");
      if (home == null || !Files.isRegularFile(Path.of(home, "pom.xml"))) {
        throw new Refusal("container build: runs from a checkout only, by its ./diecast");
      }
      return Path.of(home);
    }
  }
}
