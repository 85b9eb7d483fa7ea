package dev.diecast.standalone.cli;

import dev.diecast.standalone.cli.session.ExitCode;
import dev.diecast.standalone.cli.session.OutputOption;
import dev.diecast.standalone.cli.session.ProgressConsole;
import dev.diecast.standalone.cli.session.Refusal;
import dev.diecast.standalone.cli.session.Setup;
import dev.diecast.standalone.image.GuestImage;
import dev.diecast.standalone.image.ImageArchive;
import dev.diecast.standalone.image.LocalImageStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
    description = "Lists, builds and exports guest images made of Debian packages.",
    subcommands = {ImageCommand.Build.class, ImageCommand.Export.class, ImageCommand.Listing.class})
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

  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      description = {
        "Writes an image as a container image, for a cluster's registry; the base is built where",
        "it is not there yet."
      },
      footer = {
        "",
        "Example: diecast image export diecast.dev/guests/base:bookworm \\",
        "           --as registry.example.com/guests/base:bookworm --output - | docker load"
      })
  static final class Export implements Callable<Integer> {
    private static final String STANDARD_OUTPUT = "-";

    @Parameters(paramLabel = "NAME", description = "Image reference; `diecast image list` has all.")
    private String name;

    @Option(
        names = "--as",
        paramLabel = "REFERENCE",
        description = "What it is called there (default: NAME).")
    private String as;

    @Option(
        names = "--output",
        required = true,
        paramLabel = "FILE",
        description = "An archive for docker load, podman load or skopeo; - is standard output.")
    private String file;

    @Override
    public Integer call() throws IOException {
      ProgressConsole progress = new ProgressConsole(System.err, false);
      try {
        GuestImage image =
            new LocalImageStore(Setup.cache(), progress).resolve(name).orElseThrow(this::unknown);
        if (file.equals(STANDARD_OUTPUT)) {
          write(image, Path.of(System.getProperty("java.io.tmpdir")), System.out);
        } else {
          writeFile(image, Path.of(file).toAbsolutePath());
          progress.step("%s: docker load -i %1$s, then push".formatted(file));
        }
        return ExitCode.OK;
      } catch (IllegalArgumentException e) {
        throw new Refusal(e.getMessage());
      }
    }

    private void writeFile(GuestImage image, Path target) throws IOException {
      Path directory = target.getParent();
      if (!Files.isDirectory(directory) || Files.isDirectory(target)) {
        throw new Refusal(
            "--output: %s cannot be a file: write a path in a directory".formatted(file));
      }
      // What is there stays until the new one is whole.
      Path part = directory.resolve("." + target.getFileName() + ".part");
      try {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
          write(image, directory, out);
        }
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    }

    private void write(GuestImage image, Path scratch, OutputStream out) throws IOException {
      ImageArchive.write(image, as == null ? image.reference() : as, scratch, out);
    }

    private Refusal unknown() {
      return new Refusal(
          "NAME: there is no image %s: build it by `diecast image build %1$s`, or take one of %s"
              .formatted(name, String.join(", ", Setup.imageStore().available())));
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
