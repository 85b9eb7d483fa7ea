package dev.diecast.standalone.virt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diecast.api.v1alpha1.Api;
import dev.diecast.api.v1alpha1.DiskLatencies;
import dev.diecast.core.DilationFactor;
import dev.diecast.core.disk.LatencyFloor;
import dev.diecast.core.time.ModelClock;
import dev.diecast.standalone.image.GuestImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Prepares a VM's files and starts its QEMU. */
final class GuestLauncher {

  /** docs/interop/qcow2 of QEMU: a file in that format begins with this. */
  private static final String QCOW2_MAGIC =
      HexFormat.of().formatHex("QFI\u00fb".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

  private final GuestHost host;
  private final GuestCgroups cgroups;

  GuestLauncher(GuestHost host, GuestCgroups cgroups) {
    this.host = host;
    this.cgroups = cgroups;
  }

  static GuestDirectory directory(GuestHost host, ObjectNode instance) {
    return GuestDirectory.of(
        host.stateDirectory(),
        instance.at("/metadata/namespace").asText(),
        instance.at("/metadata/name").asText());
  }

  /** The clock that the guests of its model share; empty for a guest of host time. */
  static Optional<ModelClock> clock(ObjectNode instance) {
    JsonNode annotations = instance.at("/metadata/annotations");
    if (!annotations.has(Api.ANNOTATION_FACTOR)) {
      return Optional.empty();
    }
    try {
      Instant origin = Instant.parse(annotations.path(Api.ANNOTATION_ORIGIN).asText());
      return Optional.of(
          new ModelClock(
              origin,
              annotations.has(Api.ANNOTATION_START)
                  ? Instant.parse(annotations.path(Api.ANNOTATION_START).asText())
                  : origin,
              DilationFactor.parse(annotations.path(Api.ANNOTATION_FACTOR).asText())));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "metadata.annotations["
              + Api.ANNOTATION_ORIGIN
              + " or "
              + Api.ANNOTATION_START
              + "]: must be an RFC 3339 instant, as 2026-01-01T00:00:00Z",
          e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "metadata.annotations[" + Api.ANNOTATION_FACTOR + "]: " + e.getMessage(), e);
    }
  }

  /**
   * Starts a guest, and lets it go unless the daemon has to dilate it first.
   *
   * @throws IOException where QEMU cannot be started, with its last words
   * @throws IllegalArgumentException where the instance asks for what cannot be, with the mend
   */
  QemuProcess launch(ObjectNode instance, QemuProcess.Listener listener) throws IOException {
    GuestDefinition guest = GuestDefinition.of(instance.path("spec"));
    GuestDirectory directory = directory(host, instance);
    directory.requireShortEnough();
    Files.createDirectories(directory.path());
    keepConsole(directory);
    Map<String, GuestImage> images = new HashMap<>();
    Map<String, String> formats = new HashMap<>();
    for (String reference : guest.images()) {
      GuestImage image = host.images().resolve(reference).orElseThrow();
      images.put(reference, image);
      if (image.disk().isPresent()) {
        formats.put(reference, format(image.disk().get()));
      }
    }
    String uid = instance.at("/metadata/uid").asText();
    String uuid = guest.uuid().orElse(uid);
    try (GuestDisks disks =
        GuestDisks.make(
            guest.emptyDisks(),
            directory,
            new GuestDisks.Latencies(
                uuid, latencies(instance), host.diskTools(), host.environment()),
            pid -> cgroups.put(uid, pid))) {
      return launch(instance, guest, directory, disks, images, formats, listener);
    }
  }

  private QemuProcess launch(
      ObjectNode instance,
      GuestDefinition guest,
      GuestDirectory directory,
      GuestDisks disks,
      Map<String, GuestImage> images,
      Map<String, String> formats,
      QemuProcess.Listener listener)
      throws IOException {
    Instant now = Instant.now();
    QemuCommand.Launch launch =
        new QemuCommand.Launch(
            instance.at("/metadata/namespace").asText()
                + "_"
                + instance.at("/metadata/name").asText(),
            guest.uuid().orElse(instance.at("/metadata/uid").asText()),
            factor(instance),
            clock(instance).map(clock -> clock.modelTime(now)).orElse(now),
            guest,
            images,
            formats,
            directory,
            disks.sources(),
            disks.direct());
    Map<String, String> environment = new HashMap<>(host.qemu().environment());
    environment.putAll(host.environment());
    String uid = instance.at("/metadata/uid").asText();
    try {
      QemuProcess qemu =
          QemuProcess.start(
              new QemuProcess.Start(
                  QemuCommand.of(launch, host.qemu()), environment, directory, uid, launch.uuid()),
              pid -> cgroups.put(uid, pid),
              listener);
      if (!DilationGate.guards(instance)) {
        release(qemu);
      }
      return qemu;
    } catch (IOException | RuntimeException e) {
      disks.abandon();
      throw e;
    }
  }

  /** T of its annotations; 1 where it has none. */
  static DilationFactor factor(ObjectNode instance) {
    return clock(instance).map(ModelClock::factor).orElse(DilationFactor.NONE);
  }

  static void release(QemuProcess qemu) throws IOException {
    try {
      qemu.release();
    } catch (IOException e) {
      qemu.stop();
      throw e;
    }
  }

  /** Latency floors of its disks, host time. */
  static Map<String, LatencyFloor> latencies(ObjectNode instance) {
    String text =
        instance.at("/metadata/annotations").path(Api.ANNOTATION_DISK_LATENCIES).asText("");
    if (text.isEmpty()) {
      return Map.of();
    }
    DilationFactor factor = factor(instance);
    try {
      return DiskLatencies.parse(text).byDisk().entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, disk -> disk.getValue().onHost(factor)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "metadata.annotations[" + Api.ANNOTATION_DISK_LATENCIES + "]: " + e.getMessage(), e);
    }
  }

  /** Removes what a guest had; its console stays where {@code keepLogs}. */
  void remove(GuestDirectory directory, String uid, boolean keepLogs) throws IOException {
    cgroups.remove(uid);
    LoopDevices.releaseIn(directory.path());
    if (!Files.isDirectory(directory.path())) {
      return;
    }
    try (var files = Files.list(directory.path())) {
      for (Path file : files.toList()) {
        if (!keepLogs || !file.toString().endsWith(".log")) {
          Files.deleteIfExists(file);
        }
      }
    }
    if (!keepLogs) {
      Files.deleteIfExists(directory.path());
    }
  }

  private static void keepConsole(GuestDirectory directory) throws IOException {
    if (Files.exists(directory.console())) {
      Files.move(
          directory.console(),
          directory.path().resolve("console.previous.log"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static String format(Path disk) throws IOException {
    try (InputStream in = Files.newInputStream(disk)) {
      return HexFormat.of().formatHex(in.readNBytes(4)).equals(QCOW2_MAGIC) ? "qcow2" : "raw";
    }
  }
}
