package dev.diecast.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.chart.Chart;
import dev.diecast.standalone.HostCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The images of operator and daemon, made by the product's own command on an imported base. */
final class Images {
  static final String BASE = "diecast-e2e/base:java25";

  /** The JVM's defaults where an image is built, on a machine of 64 GB; not where it runs. */
  private static final String LARGE_BUILDER = "-XX:MaxRAM=64g";

  private static final List<String> MADE = new ArrayList<>();

  private Images() {}

  /**
   * @param tar a file to use meanwhile
   * @throws dev.diecast.standalone.SetupException where no Debian packages are to be had
   */
  static void importBase(DockerEngine engine, Path tar) throws IOException {
    BaseImage.write(tar);
    HostCommand.Result imported =
        engine.docker(
            "import",
            "--change",
            "ENV JAVA_HOME=" + BaseImage.JAVA_HOME,
            "--change",
            "ENV JDK_JAVA_OPTIONS=" + LARGE_BUILDER,
            tar.toString(),
            BASE);
    assertThat(imported.succeeded()).as("%s", imported).isTrue();
    MADE.add(BASE);
    Files.delete(tar);
  }

  /**
   * @param names of operator and daemon, as the chart asks for them
   */
  static void build(DockerEngine engine, List<String> names) {
    String registry = names.getFirst().substring(0, names.getFirst().lastIndexOf('/'));
    HostCommand.Result built =
        HostCommand.of(
                List.of(
                    Chart.home().resolve("diecast").toString(),
                    "container",
                    "build",
                    "--registry",
                    registry,
                    "--base",
                    BASE,
                    "--engine",
                    engine.client()))
            .environment(engine.environment())
            .run();
    MADE.addAll(names);
    assertThat(built.succeeded()).as("%s", built).isTrue();
    assertThat(built.output()).endsWith(names.toArray(String[]::new));
  }

  /** From an engine that stays; what was not made after all is no error. */
  static void remove(DockerEngine engine) {
    MADE.reversed().forEach(image -> engine.docker("image", "rm", "--force", image));
  }
}
