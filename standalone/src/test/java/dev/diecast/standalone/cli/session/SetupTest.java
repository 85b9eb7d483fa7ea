package dev.diecast.standalone.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.standalone.Progress;
import dev.diecast.standalone.image.LocalImageStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetupTest {
  private static final String MODEL =
      """
      apiVersion: diecast.dev/v1alpha1
      kind: ScaleModel
      metadata: {name: shop}
      spec:
        timeDilation: {factor: "10"}
        network: {topology: {generate: "ring:5"}}
        groups:
        - name: web
          replicas: 2
          machine: {cpus: 1, memory: 128Mi}
          vm: {instancetype: {name: small}, image: "localhost/web:1"}
      """;

  @TempDir Path directory;

  @Test
  void refusesAnImageThatIsNotThere() throws IOException {
    assertThat(Setup.imageProblems(read(MODEL), store()))
        .singleElement()
        .asString()
        .contains("spec.groups[0].vm.image", "there is no image localhost/web:1");
  }

  @Test
  void onANetworkAnImageMustBeOfThisVersionAndIsElseBuiltAgain() throws IOException {
    Path image = Files.createDirectories(directory.resolve("images/localhost/web:1"));
    Files.writeString(
        image.resolve("manifest.json"),
        """
        {"recipe":"00ff","requestedPackages":["nginx-light","iperf3"],"overlays":["/o"],"packages":[]}
        """);
    assertThat(Setup.imageProblems(read(MODEL), store()))
        .singleElement()
        .asString()
        .contains("spec.groups[0].vm.image")
        .endsWith(
            ": diecast image build localhost/web:1 --package nginx-light --package iperf3"
                + " --overlay /o");
    withFiles(image, 1 << 20);
    String without = MODEL.replaceFirst("  network:.*\n", "");
    assertThat(Setup.imageProblems(read(without), store())).isEmpty();
  }

  /** Its guests booted with what there was room for, and a benchmark waited for them for ever. */
  @Test
  void aGuestMustHaveRoomForItsFiles() throws IOException {
    Path image = Files.createDirectories(directory.resolve("images/localhost/web:1"));
    Files.writeString(image.resolve("manifest.json"), "{\"packages\":[]}");
    String model = MODEL.replaceFirst("  network:.*\n", "");
    withFiles(image, 32 << 20);
    assertThat(Setup.imageProblems(read(model), store())).as("3 * 32 + 32 MiB").isEmpty();
    withFiles(image, (32 << 20) + 1);
    assertThat(Setup.imageProblems(read(model), store()))
        .singleElement()
        .asString()
        .contains("spec.groups[0].vm.image", "machine.memory is 128Mi", "write 129Mi or more");
  }

  /** As large as they say; they have no content. */
  private static void withFiles(Path image, int bytes) throws IOException {
    Path initrd = Files.createDirectories(image.resolve("boot")).resolve("initrd");
    try (RandomAccessFile file = new RandomAccessFile(initrd.toFile(), "rw")) {
      file.setLength(bytes);
    }
  }

  private LocalImageStore store() {
    return new LocalImageStore(directory, Progress.SILENT);
  }

  private ModelFile read(String content) throws IOException {
    return ModelFile.read(Files.writeString(directory.resolve("model.yaml"), content));
  }
}
