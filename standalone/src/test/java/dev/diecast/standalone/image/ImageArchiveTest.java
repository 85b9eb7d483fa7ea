package dev.diecast.standalone.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageArchiveTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;
  private GuestImage image;

  @BeforeEach
  void makeImage() throws IOException {
    image =
        new GuestImage(
            "diecast.dev/guests/web:1",
            Files.writeString(directory.resolve("k"), "a kernel"),
            Files.writeString(directory.resolve("i"), "its files".repeat(1000)),
            Optional.empty());
  }

  @Test
  void holdsOneLayerWithKernelAndInitrdForTheUserOfQemu() throws Exception {
    Map<String, byte[]> archive = contents(write("registry.example.com:5000/web"));
    JsonNode manifest = JSON.readTree(archive.get("manifest.json")).path(0);
    assertThat(manifest.path("RepoTags").path(0).asText())
        .isEqualTo("registry.example.com:5000/web:latest");

    String configuration = manifest.path("Config").asText();
    assertThat(configuration).isEqualTo(sha256(archive.get(configuration)) + ".json");
    byte[] layer = archive.get(manifest.path("Layers").path(0).asText());
    assertThat(JSON.readTree(archive.get(configuration)).at("/rootfs/diff_ids/0").asText())
        .isEqualTo("sha256:" + sha256(layer));

    Map<String, byte[]> files = contents(layer);
    assertThat(files).containsOnlyKeys("boot/", "boot/vmlinuz", "boot/initrd");
    assertThat(files.get("boot/vmlinuz")).isEqualTo(Files.readAllBytes(image.kernel()));
    assertThat(files.get("boot/initrd")).isEqualTo(Files.readAllBytes(image.initrd()));
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(layer))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        assertThat(entry.getLongUserId()).as(entry.getName()).isEqualTo(107);
        assertThat(entry.getMode() & 0444).as(entry.getName()).isEqualTo(0444);
      }
    }
  }

  @Test
  void theSameImageGivesTheSameBytesAndNothingIsLeft() throws Exception {
    assertThat(write("a/b:1")).isEqualTo(write("a/b:1"));
    try (var left = Files.list(directory)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("k", "i");
    }
  }

  @Test
  void aBadNameIsRefusedBeforeAnythingIsWritten() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThatThrownBy(() -> ImageArchive.write(image, "Not A Name", directory, out))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Not A Name");
    assertThat(out.size()).isZero();
  }

  private byte[] write(String reference) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageArchive.write(image, reference, directory, out);
    return out.toByteArray();
  }

  private static Map<String, byte[]> contents(byte[] bytes) throws IOException {
    Map<String, byte[]> contents = new LinkedHashMap<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(bytes))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        contents.put(entry.getName(), tar.readAllBytes());
      }
    }
    return contents;
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
