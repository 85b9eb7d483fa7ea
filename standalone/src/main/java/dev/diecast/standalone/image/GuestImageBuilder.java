package dev.diecast.standalone.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.standalone.CacheLock;
import dev.diecast.standalone.FileTree;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.SetupException;
import dev.diecast.standalone.debian.Closure;
import dev.diecast.standalone.debian.DebianPackage;
import dev.diecast.standalone.debian.DebianPackages;
import dev.diecast.standalone.debian.PackageRequest;
import dev.diecast.standalone.debian.UnpackedPackages;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Builds guest images from Debian packages, without root and without installing anything. The same
 * packages give the same bytes.
 *
 * <p>Maintainer scripts are not run: a package that creates users, certificates or databases when
 * it is installed needs an overlay that holds them. See docs/guest-images.md.
 */
public final class GuestImageBuilder {

  /** The image that every other one starts from. */
  public static final String BASE = "diecast.dev/guests/base:bookworm";

  private static final String RELEASE = "bookworm";
  private static final String KERNEL_META_PACKAGE = "linux-image-cloud-amd64";
  private static final Pattern KERNEL_PACKAGE =
      Pattern.compile("linux-image-[0-9][a-z0-9.+-]*-cloud-amd64");
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What a guest never reads, or has from the base: documentation, translations, boot files, build
   * files.
   */
  private static final Pattern LEFT_OUT =
      Pattern.compile(
          "(usr/share/(doc|doc-base|man|locale|info|lintian|bug|i18n|linda|gtk-doc)|usr/include|boot|usr/lib/x86_64-linux-gnu/(gconv|pkgconfig)|lib/modules"
              + "|lib/systemd|usr/lib/systemd)(/.*)?|.*\\.(a|la)");

  private final Path cache;
  private final Path images;

  /**
   * @param cache DieCast's cache directory
   */
  public GuestImageBuilder(Path cache) {
    this.cache = cache;
    this.images = LocalImageStore.directory(cache);
  }

  /** The base image; built when it is not there, or was built by another version of DieCast. */
  public GuestImage buildIfMissing(Progress progress) {
    ImageReference base = ImageReference.parse(BASE);
    try (CacheLock _ = CacheLock.acquire(images, progress)) {
      // Another process may have built it while this one waited.
      return LocalImageStore.stored(images, base)
          .filter(_ -> new LocalImageStore(cache, Progress.SILENT).isCurrent(BASE))
          .orElseGet(() -> assemble(base, Optional.empty(), List.of(), progress));
    }
  }

  /**
   * Builds an image and replaces what had its name.
   *
   * @param reference its name; the base's own name rebuilds the base
   * @param packages Debian packages beyond the base, with all they depend on; may be empty
   * @param overlays directories whose content is laid over the packages, the last on top; file
   *     modes are kept, everything belongs to root. An executable {@code etc/rc.local} is run when
   *     the guest is up
   * @throws IllegalArgumentException when the reference or an overlay is unusable
   * @throws SetupException when a package does not exist, the network is down or the disk full
   */
  public GuestImage build(
      String reference, List<String> packages, List<Path> overlays, Progress progress) {
    ImageReference parsed = ImageReference.parse(reference);
    for (Path overlay : overlays) {
      if (!Files.isDirectory(overlay)) {
        throw new IllegalArgumentException("overlay " + overlay + " is not a directory");
      }
    }
    if (parsed.toString().equals(BASE) && !(packages.isEmpty() && overlays.isEmpty())) {
      throw new IllegalArgumentException(
          BASE
              + " is the base of every image; give the image with packages or overlays another"
              + " name");
    }
    Optional<PackageRequest> wanted =
        packages.isEmpty()
            ? Optional.empty()
            : Optional.of(new PackageRequest(packages, Closure.FULL));
    try (CacheLock _ = CacheLock.acquire(images, progress)) {
      return assemble(parsed, wanted, overlays, progress);
    }
  }

  private GuestImage assemble(
      ImageReference reference,
      Optional<PackageRequest> wanted,
      List<Path> overlays,
      Progress progress) {
    DebianPackages debian = DebianPackages.ofRelease(cache, RELEASE, progress);
    UnpackedPackages named = named(debian);
    UnpackedPackages agent = debian.unpack(PackageRequest.of(Closure.FULL, "qemu-guest-agent"));
    Optional<UnpackedPackages> added = wanted.map(debian::unpack);
    progress.step("Building guest image " + reference);
    try {
      RootFileSystem base = BaseFileSystem.assemble(named, agent);
      RootFileSystem more = new RootFileSystem();
      added.ifPresent(a -> more.tree(a.root(), path -> !LEFT_OUT.matcher(path).matches()));
      overlays.forEach(overlay -> more.tree(overlay, path -> true));

      Files.createDirectories(images);
      Path temporary = Files.createTempDirectory(images, ".building-");
      try {
        write(temporary.resolve("boot"), BzImage.kernelOf(named.root()), base, more.minus(base));
        List<DebianPackage> all = new ArrayList<>(named.packages());
        all.addAll(agent.packages());
        added.ifPresent(a -> all.addAll(a.packages()));
        ImageManifest manifest =
            new ImageManifest(
                reference.toString(),
                KernelModules.of(named.root()).kernelVersion(),
                wanted.map(PackageRequest::packages).orElse(List.of()),
                all.stream().distinct().sorted(Comparator.comparing(DebianPackage::name)).toList(),
                overlays.stream().map(Path::toString).toList(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                BaseFileSystem.recipe(),
                sha256(temporary.resolve("boot/vmlinuz")),
                sha256(temporary.resolve("boot/initrd")));
        Files.write(
            temporary.resolve("manifest.json"),
            JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
        replace(images.resolve(reference.toString()), temporary);
      } finally {
        FileTree.delete(temporary);
      }
      return LocalImageStore.stored(images, reference).orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot build " + reference + " in " + images, e);
    }
  }

  /**
   * The packages that are taken without what they depend on. The kernel is chosen once and kept
   * until the cache is emptied.
   */
  private UnpackedPackages named(DebianPackages debian) {
    String kernel = debian.realPackageOnce(KERNEL_META_PACKAGE, KERNEL_PACKAGE);
    return debian.unpack(
        PackageRequest.of(Closure.NONE, kernel, "busybox-static", "base-passwd", "base-files"));
  }

  private static void write(Path boot, byte[] kernel, RootFileSystem base, RootFileSystem more)
      throws IOException {
    Files.createDirectories(boot);
    Files.write(boot.resolve("vmlinuz"), kernel);
    // Not compressed: a guest with a tenth of a core would unpack for seconds what the host has in
    // its page cache anyway.
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(boot.resolve("initrd")), 1 << 16)) {
      CpioWriter.write(base, out);
      if (!more.entries().isEmpty()) {
        CpioWriter.write(more, out);
      }
    }
  }

  private static void replace(Path target, Path complete) throws IOException {
    Files.createDirectories(target.getParent());
    // Created private; guests may be run by another user, as virt-launcher does.
    Files.setPosixFilePermissions(complete, PosixFilePermissions.fromString("rwxr-xr-x"));
    if (Files.exists(target)) {
      Path old = Files.createTempDirectory(complete.getParent(), ".replaced-");
      Files.move(target, old.resolve("image"), StandardCopyOption.ATOMIC_MOVE);
      Files.move(complete, target, StandardCopyOption.ATOMIC_MOVE);
      FileTree.delete(old);
    } else {
      Files.move(complete, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
