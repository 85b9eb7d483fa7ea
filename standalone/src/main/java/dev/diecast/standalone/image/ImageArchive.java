package dev.diecast.standalone.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A guest image as a container image in an archive, as {@code docker load}, {@code podman load} and
 * skopeo's {@code docker-archive:} read it (Docker Image Specification v1.2, "Combined Image JSON +
 * Filesystem Changeset Format"): one layer on nothing, with kernel and initrd where {@code
 * firmware.kernelBoot.container} of a VM looks for them. The same image gives the same bytes.
 */
public final class ImageArchive {
  /** The user that QEMU runs as in KubeVirt's virt-launcher (KubeVirt, docs of containerDisks). */
  private static final int QEMU_USER = 107;

  private static final int READABLE_FILE = 0100444;
  private static final int READABLE_DIRECTORY = 040555;
  private static final String EPOCH = "1970-01-01T00:00:00Z";
  private static final ObjectMapper JSON = new ObjectMapper();

  private ImageArchive() {}

  /**
   * @param reference what the image is called in the archive
   * @param scratch a directory for the layer meanwhile, as large as kernel and initrd
   * @throws IllegalArgumentException when the reference is none
   */
  public static void write(GuestImage image, String reference, Path scratch, OutputStream out)
      throws IOException {
    String name = ImageReference.parse(reference).toString();
    Path layer = Files.createTempFile(scratch, "layer", ".tar");
    try {
      String digest = layer(image, layer);
      byte[] configuration = configuration(digest);
      String configurationName = HexFormat.of().formatHex(sha256().digest(configuration)) + ".json";
      String layerName = digest + "/layer.tar";
      byte[] manifest =
          json(
              List.of(
                  new TreeMap<>(
                      Map.of(
                          "Config", configurationName,
                          "RepoTags", List.of(name),
                          "Layers", List.of(layerName)))));
      TarArchiveOutputStream archive = tar(out);
      bytes(archive, configurationName, configuration);
      directory(archive, digest + "/");
      file(archive, layerName, layer);
      bytes(archive, "manifest.json", manifest);
      archive.finish();
      archive.flush();
    } finally {
      Files.delete(layer);
    }
  }

  /** Gives the layer's digest. */
  private static String layer(GuestImage image, Path target) throws IOException {
    MessageDigest digest = sha256();
    try (TarArchiveOutputStream layer =
        tar(new DigestOutputStream(Files.newOutputStream(target), digest))) {
      directory(layer, "boot/");
      file(layer, GuestImage.KERNEL_PATH.substring(1), image.kernel());
      file(layer, GuestImage.INITRD_PATH.substring(1), image.initrd());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static byte[] configuration(String layerDigest) {
    return json(
        new TreeMap<>(
            Map.of(
                "architecture",
                "amd64",
                "os",
                "linux",
                "created",
                EPOCH,
                "config",
                Map.of(),
                "rootfs",
                new TreeMap<>(
                    Map.of("type", "layers", "diff_ids", List.of("sha256:" + layerDigest))))));
  }

  private static TarArchiveOutputStream tar(OutputStream out) {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    return tar;
  }

  private static void directory(TarArchiveOutputStream tar, String name) throws IOException {
    tar.putArchiveEntry(entry(name, READABLE_DIRECTORY, 0));
    tar.closeArchiveEntry();
  }

  private static void file(TarArchiveOutputStream tar, String name, Path content)
      throws IOException {
    tar.putArchiveEntry(entry(name, READABLE_FILE, Files.size(content)));
    Files.copy(content, tar);
    tar.closeArchiveEntry();
  }

  private static void bytes(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    tar.putArchiveEntry(entry(name, READABLE_FILE, content.length));
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static TarArchiveEntry entry(String name, int mode, long bytes) {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setMode(mode);
    entry.setIds(QEMU_USER, QEMU_USER);
    entry.setModTime(0L);
    entry.setSize(bytes);
    return entry;
  }

  private static byte[] json(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
