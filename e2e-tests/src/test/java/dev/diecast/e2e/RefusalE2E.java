package dev.diecast.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input: exit code 2, the field and the mend, and nothing was started. */
class RefusalE2E {
  private final Diecast diecast = new Diecast("e2e-refusal");
  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() throws Exception {
    diecast.run("down");
    assertThat(diecast.leftovers()).isEmpty();
  }

  static Stream<Arguments> badModels() {
    return Stream.of(
        arguments("factor: \"10\"", "factor: \"0\"", "spec.timeDilation.factor"),
        arguments("factor: \"10\"", "factor: \"0.5\"", "spec.timeDilation.factor"),
        arguments("factor: \"10\"", "factor: \"-1\"", "spec.timeDilation.factor"),
        arguments("factor: \"10\"", "factor: abc", "spec.timeDilation.factor"),
        arguments("factor: \"10\"", "factor: 1/0", "spec.timeDilation.factor"),
        arguments("factor: \"10\"", "factor: 1e9", "spec.timeDilation.factor"),
        arguments("factor: \"10\"", "factor: [10]", "spec.timeDilation.factor"),
        arguments("replicas: 6", "replicas: 0", "spec.groups[0].replicas"),
        arguments("replicas: 6", "replicas: -3", "spec.groups[0].replicas"),
        arguments("replicas: 6", "replica: 6", "spec.groups[0].replica: "),
        arguments("name: web", "name: Web_1", "spec.groups[0].name"),
        arguments("name: life", "name: Life!", "metadata.name"),
        arguments("cpus: 1", "cpus: 0", "spec.groups[0].machine.cpus"),
        arguments(
            "cpus: 1",
            "cpus: 1\n      disks: [{name: data, capacity: 64Mi, readIops: 5}]",
            "spec.groups[0].machine.disks[0].readIops"),
        arguments("      memory: 128Mi\n    vm", "      memory: lots\n    vm", "memory"),
        arguments("image: diecast.dev/guests/base:bookworm", "template: {}", "spec.groups[0].vm"),
        arguments("kind: ScaleModel", "kind: ScaleModl", "kind ScaleModel"),
        arguments("spec:\n  timeDilation:", "spec:\n  timeDilation: {{", "is not YAML"));
  }

  @ParameterizedTest
  @MethodSource("badModels")
  void isRefusedBeforeAnythingStarts(String good, String bad, String named) throws Exception {
    assertThat(Models.GOOD).contains(good);
    Path file = Models.file(directory, Models.GOOD.replace(good, bad));
    Diecast.Result run = diecast.run("run", file.toString());
    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains(named);
    assertThat(diecast.processes()).isEmpty();
    assertThat(diecast.stateDirectory()).doesNotExist();
  }

  @Test
  void missingFile() throws Exception {
    Diecast.Result run = diecast.run("run", directory.resolve("absent.yaml").toString());
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("absent.yaml: no such file");
  }

  @Test
  void duplicateGroups() throws Exception {
    String groups = Models.GOOD.substring(Models.GOOD.indexOf("  - name: web"));
    Path file = Models.file(directory, Models.GOOD + groups);
    Diecast.Result run = diecast.run("run", file.toString());
    assertThat(run.exit()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains("spec.groups[1].name");
  }

  @Test
  void portTaken() throws Exception {
    Path file = Models.file(directory, Models.GOOD);
    try (ServerSocket holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Diecast.Result run =
          diecast.run("run", file.toString(), "--api-port", "" + holder.getLocalPort());
      assertThat(run.exit()).as(run.all()).isEqualTo(2);
      assertThat(run.err()).contains("--api-port").contains("" + holder.getLocalPort());
    }
  }

  /** One instance, several models that only the operator can refuse. */
  @Test
  void whatOnlyAPlannerCanRefuse() throws Exception {
    Path huge = directory.resolve("huge.yaml");
    Files.writeString(huge, scaled("cpus: 1", "cpus: 200").replace("guest: 1\n", "guest: 200\n"));
    Diecast.Result cpus = diecast.run("run", huge.toString());
    assertThat(cpus.exit()).as(cpus.all()).isEqualTo(2);
    assertThat(cpus.err()).contains("DoesNotFit").contains("cpu").contains("T = ");
    assertThat(diecast.leftovers()).isEmpty();

    assertThat(diecast.run("up").exit()).isZero();
    Diecast.Result late = diecast.run("up", "--prometheus");
    assertThat(late.exit()).as(late.all()).isEqualTo(2);
    assertThat(late.err()).contains("--prometheus").contains("diecast down");
    Path type = directory.resolve("type.yaml");
    Files.writeString(type, scaled("        name: e2e-small", "        name: absent"));
    Diecast.Result unknownType = diecast.run("up", type.toString());
    assertThat(unknownType.exit()).as(unknownType.all()).isEqualTo(2);
    assertThat(unknownType.err()).contains("UnknownInstancetype").contains("absent");
    diecast.kubectl("delete", "sm", "--all");

    Path image = directory.resolve("image.yaml");
    Files.writeString(image, scaled("base:bookworm", "base:nosuch"));
    Diecast.Result unknownImage = diecast.run("up", image.toString());
    assertThat(unknownImage.exit()).as(unknownImage.all()).isEqualTo(2);
    assertThat(unknownImage.err()).contains("base:nosuch");
    diecast.kubectl("delete", "sm", "--all");

    Path first = directory.resolve("first.yaml");
    Files.writeString(first, scaled("factor: \"10\"", "factor: \"5\""));
    assertThat(diecast.run("up", first.toString(), "--no-wait").exit()).isZero();
    Path second = directory.resolve("second.yaml");
    Files.writeString(
        second, scaled("factor: \"10\"", "factor: \"5\"").replace("name: life", "name: second"));
    Diecast.Result together = diecast.run("up", second.toString());
    assertThat(together.exit()).as(together.all()).isEqualTo(2);
    assertThat(together.err()).contains("DoesNotFit");
    assertThat(diecast.kubectl("get", "vmi", "-o", "name").out()).doesNotContain("second");
  }

  private static String scaled(String good, String other) {
    assertThat(Models.GOOD).contains(good);
    return Models.GOOD.replace(good, other);
  }
}
