package dev.diecast.standalone.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Guest images: what there is, and how to make more. */
@Command(
    name = "image",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Lists and builds guest images from Debian packages.",
    subcommands = {ImageCommand.Build.class, ImageCommand.Listing.class})
final class ImageCommand {

  @Command(
      name = "build",
      mixinStandardHelpOptions = true,
      description = "Builds an image: the base, and Debian packages on top.",
      footer = {"", "Example: diecast image build my/web:1 --package nginx-light"})
  static final class Build implements Callable<Integer> {
    @Parameters(
        paramLabel = "NAME",
        description = "Image reference, such as diecast.dev/guests/web:1.")
    private String name;

    @Option(
        names = "--package",
        paramLabel = "PACKAGE",
        description = "A Debian package to add, with what it depends on; may be repeated.")
    private List<String> packages = List.of();

    @Option(
        names = "--overlay",
        paramLabel = "DIR",
        description = "A directory laid over the guest's root; may be repeated.")
    private List<Path> overlays = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
      for (Path overlay : overlays) {
        if (!Files.isDirectory(overlay)) {
          throw new Refusal("--overlay: " + overlay + " is no directory");
        }
      }
      try {
        var image =
            Setup.imageBuilder()
                .build(name, packages, overlays, new ProgressConsole(System.err, true));
        System.out.println(image.reference());
        return ExitCode.OK;
      } catch (IllegalArgumentException e) {
        throw new Refusal(e.getMessage());
      }
    }
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists local images.")
  static final class Listing implements Callable<Integer> {
    @Mixin private OutputOption output;

    record Images(List<String> images) {}

    @Override
    public Integer call() {
      List<String> images = Setup.imageStore().available();
      if (output.json()) {
        output.printJson(new Images(images));
      } else {
        images.forEach(System.out::println);
      }
      return ExitCode.OK;
    }
  }
}
