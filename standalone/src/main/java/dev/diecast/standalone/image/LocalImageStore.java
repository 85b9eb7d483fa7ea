package dev.diecast.standalone.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.standalone.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Images under {@code <cache>/images/<reference>/}: {@code boot/vmlinuz}, {@code boot/initrd} and
 * {@code manifest.json}.
 */
public final class LocalImageStore implements ImageStore {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path images;
  private final GuestImageBuilder builder;
  private final Progress progress;

  /**
   * @param cache DieCast's cache directory
   * @param progress told when a built-in image has to be built first
   */
  public LocalImageStore(Path cache, Progress progress) {
    this.images = directory(cache);
    this.builder = new GuestImageBuilder(cache);
    this.progress = progress;
  }

  static Path directory(Path cache) {
    return cache.toAbsolutePath().resolve("images");
  }

  @Override
  public Optional<GuestImage> resolve(String reference) {
    ImageReference parsed = ImageReference.parse(reference);
    Optional<GuestImage> stored = stored(parsed);
    if (!parsed.toString().equals(GuestImageBuilder.BASE)) {
      return stored;
    }
    // One that an older DieCast built lacks what this one's guests do at boot.
    return Optional.of(
        stored.filter(_ -> isCurrent(reference)).orElseGet(() -> builder.buildIfMissing(progress)));
  }

  /** The image where it is there already: nothing is built. */
  public Optional<GuestImage> stored(String reference) {
    return stored(ImageReference.parse(reference));
  }

  private Optional<GuestImage> stored(ImageReference reference) {
    return stored(images, reference);
  }

  static Optional<GuestImage> stored(Path images, ImageReference reference) {
    Path directory = images.resolve(reference.toString());
    if (!Files.isRegularFile(directory.resolve("manifest.json"))) {
      return Optional.empty();
    }
    return Optional.of(
        new GuestImage(
            reference.toString(),
            directory.resolve("boot/vmlinuz"),
            directory.resolve("boot/initrd"),
            Optional.empty()));
  }

  /**
   * What a stored image is made of.
   *
   * @return empty when the image is not stored
   */
  public Optional<ImageManifest> manifest(String reference) {
    Path file = images.resolve(ImageReference.parse(reference).toString()).resolve("manifest.json");
    try {
      return Files.isRegularFile(file)
          ? Optional.of(JSON.readValue(file.toFile(), ImageManifest.class))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** Whether an image is stored whose base is that of this version of DieCast. */
  public boolean isCurrent(String reference) {
    return manifest(reference)
        .filter(manifest -> BaseFileSystem.recipe().equals(manifest.recipe()))
        .isPresent();
  }

  @Override
  public List<String> available() {
    TreeSet<String> references = new TreeSet<>();
    references.add(GuestImageBuilder.BASE);
    if (Files.isDirectory(images)) {
      try (Stream<Path> walk = Files.walk(images)) {
        walk.filter(p -> p.getFileName().toString().equals("manifest.json"))
            .map(p -> images.relativize(p.getParent()).toString())
            .filter(name -> !name.contains("/.") && !name.startsWith("."))
            .forEach(references::add);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + images, e);
      }
    }
    return List.copyOf(new ArrayList<>(references));
  }
}
