package dev.diecast.standalone.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.standalone.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalImageStoreTest {

  @TempDir Path cache;
  private LocalImageStore store;

  @BeforeEach
  void open() {
    store = new LocalImageStore(cache, Progress.SILENT);
  }

  private void put(String reference) throws IOException {
    Path directory = Files.createDirectories(cache.resolve("images").resolve(reference));
    Files.writeString(
        directory.resolve("manifest.json"),
        "{\"reference\":\"" + reference + "\",\"packages\":[],\"kernelVersion\":\"6.1\"}");
  }

  @Test
  void findsWhatIsStoredUnderAnyWayToWriteItsName() throws IOException {
    put("diecast.dev/guests/web:latest");
    GuestImage image = store.resolve("diecast.dev/guests/web").orElseThrow();
    assertThat(image).isEqualTo(store.resolve("diecast.dev/guests/web:latest").orElseThrow());
    assertThat(image.reference()).isEqualTo("diecast.dev/guests/web:latest");
    assertThat(image.file("/boot/vmlinuz"))
        .isEqualTo(cache.resolve("images/diecast.dev/guests/web:latest/boot/vmlinuz"));
    assertThat(image.file("/boot/initrd")).isEqualTo(image.initrd());
    assertThatThrownBy(() -> image.file("/boot/kernel"))
        .hasMessageContaining("/boot/kernel")
        .hasMessageContaining("/boot/vmlinuz");
    assertThat(store.manifest("diecast.dev/guests/web").orElseThrow().kernelVersion())
        .isEqualTo("6.1");
  }

  @Test
  void knowsNoOtherImage() throws IOException {
    put("diecast.dev/guests/web:latest");
    assertThat(store.resolve("diecast.dev/guests/web:2")).isEmpty();
    assertThat(store.resolve("diecast.dev/guests")).isEmpty();
    assertThat(store.stored(GuestImageBuilder.BASE)).as("not built yet").isEmpty();
  }

  @Test
  void anImageOfAnotherVersionsScriptsIsNotCurrent() throws IOException {
    put("localhost/web:1");
    assertThat(store.isCurrent("localhost/web:1")).as("without a recipe").isFalse();
    assertThat(store.isCurrent("localhost/none:1")).as("not stored").isFalse();
    Path manifest = cache.resolve("images/localhost/web:1/manifest.json");
    String recipe = "{\"recipe\":\"%s\",\"packages\":[]}";
    Files.writeString(manifest, recipe.formatted("00ff"));
    assertThat(store.isCurrent("localhost/web:1")).isFalse();
    Files.writeString(manifest, recipe.formatted(BaseFileSystem.recipe()));
    assertThat(store.isCurrent("localhost/web:1")).isTrue();
  }

  @Test
  void anImageWithoutItsManifestIsNotThere() throws IOException {
    Files.createDirectories(cache.resolve("images/a/b:1/boot"));
    assertThat(store.resolve("a/b:1")).isEmpty();
  }

  @Test
  void listsWhatCanBeResolved() throws IOException {
    put("localhost/web:1");
    put("localhost/web/deeper:1");
    put(".building-123/x");
    assertThat(store.available())
        .isEqualTo(List.of(GuestImageBuilder.BASE, "localhost/web/deeper:1", "localhost/web:1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "..",
        "a/../b",
        "/a",
        "a//b",
        "A",
        "a:",
        "a:b:c",
        "a b",
        "a:../x",
        "a@sha256:00",
        "-a",
        "a/B"
      })
  void refusesWhatIsNoReference(String text) {
    assertThatThrownBy(() -> store.resolve(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"");
  }

  @Test
  void acceptsRegistriesWithPorts() {
    assertThat(ImageReference.parse("localhost:5000/a_b/c--d:V1.0-x").name())
        .isEqualTo("localhost:5000/a_b/c--d");
    assertThat(ImageReference.parse("web").toString()).isEqualTo("web:latest");
  }

  @Test
  void theBuilderRefusesBadInputBeforeItFetchesAnything() {
    GuestImageBuilder builder = new GuestImageBuilder(cache);
    assertThatThrownBy(
            () -> builder.build("x:1", List.of(), List.of(cache.resolve("none")), Progress.SILENT))
        .hasMessageContaining("none is not a directory");
    assertThatThrownBy(() -> builder.build("X", List.of(), List.of(), Progress.SILENT))
        .hasMessageContaining("\"X\"");
    assertThatThrownBy(
            () ->
                builder.build(GuestImageBuilder.BASE, List.of("nginx"), List.of(), Progress.SILENT))
        .hasMessageContaining("another name");
    assertThatThrownBy(() -> builder.build("x:1", List.of("--x"), List.of(), Progress.SILENT))
        .hasMessageContaining("\"--x\"");
    assertThat(cache).as("nothing was written").isEmptyDirectory();
  }
}
