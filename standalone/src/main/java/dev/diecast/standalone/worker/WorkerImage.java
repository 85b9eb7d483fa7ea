package dev.diecast.standalone.worker;

import dev.diecast.standalone.CacheLock;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.SetupException;
import dev.diecast.standalone.debian.Closure;
import dev.diecast.standalone.debian.DebianPackages;
import dev.diecast.standalone.debian.PackageRequest;
import dev.diecast.standalone.image.BzImage;
import dev.diecast.standalone.image.CpioWriter;
import dev.diecast.standalone.image.KernelModules;
import dev.diecast.standalone.image.RootFileSystem;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a worker VM boots: Debian's generic kernel (its cloud kernel lacks 9p) of one of several
 * releases, and an initramfs that makes this machine's own file system the VM's root.
 *
 * @param kernel what QEMU's {@code -kernel} takes
 * @param initrd what {@code -initrd} takes
 * @param kernelVersion as {@code uname -r} prints it
 */
public record WorkerImage(Path kernel, Path initrd, String kernelVersion) {

  private static final String BUSYBOX_RELEASE = "bookworm";
  private static final String BUSYBOX = "busybox-static";
  private static final String KERNEL_META_PACKAGE = "linux-image-amd64";
  private static final Pattern KERNEL_PACKAGE =
      Pattern.compile("linux-image-[0-9][a-z0-9.+-]*-amd64");

  /** What is needed until modprobe can read the machine's own disk. */
  private static final List<String> MODULES =
      List.of("virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_console", "virtio_rng");

  private static final List<String> APPLETS =
      List.of(
          "sh",
          "mount",
          "modprobe",
          "mkdir",
          "mknod",
          "cp",
          "ln",
          "grep",
          "hostname",
          "ip",
          "switch_root");

  /**
   * From the cache; fetched and built there when it is missing, or was built by another version of
   * DieCast. Images of several kernels lie side by side.
   *
   * @param cache DieCast's cache directory
   * @throws SetupException when the kernel is not to be had
   */
  public static WorkerImage prepare(WorkerKernel of, Path cache, Progress progress) {
    DebianPackages debian = DebianPackages.ofRelease(cache, of.release(), progress);
    String kernel = debian.realPackageOnce(KERNEL_META_PACKAGE, KERNEL_PACKAGE);
    Path unpacked = debian.unpack(PackageRequest.of(Closure.NONE, kernel)).root();
    // Static, so that it serves every kernel; backports have none.
    Path busybox =
        DebianPackages.ofRelease(cache, BUSYBOX_RELEASE, progress)
            .unpack(PackageRequest.of(Closure.NONE, BUSYBOX))
            .root()
            .resolve("bin/busybox");
    Path images = cache.toAbsolutePath().resolve("worker");
    try (CacheLock _ = CacheLock.acquire(images, progress)) {
      KernelModules modules = KernelModules.of(unpacked);
      Path complete = images.resolve(recipe(unpacked, busybox));
      if (!Files.isDirectory(complete)) {
        build(complete, unpacked, busybox, modules, progress);
      }
      return new WorkerImage(
          complete.resolve("vmlinux"), complete.resolve("initrd"), modules.kernelVersion());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot build the worker VM's image in " + images, e);
    }
  }

  private static void build(
      Path complete, Path unpacked, Path busybox, KernelModules modules, Progress progress)
      throws IOException {
    progress.step("Building the worker VM's image, kernel " + modules.kernelVersion());
    Path temporary = Files.createTempDirectory(complete.getParent(), ".building-");
    Files.write(temporary.resolve("vmlinux"), BzImage.kernelOf(unpacked));
    // Beside the package, which stays as it was unpacked.
    KernelModules laidOut = modules.layOut(temporary.resolve(modules.kernelVersion()));
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(temporary.resolve("initrd")), 1 << 16)) {
      CpioWriter.write(fileSystem(busybox, laidOut, complete), out);
    }
    Files.move(temporary, complete, StandardCopyOption.ATOMIC_MOVE);
  }

  private static RootFileSystem fileSystem(Path busybox, KernelModules modules, Path complete)
      throws IOException {
    RootFileSystem root = new RootFileSystem();
    for (String directory : List.of("dev", "proc", "sys")) {
      root.directory(directory, 0755);
    }
    root.device("dev/console", 5, 1, 0600).device("dev/null", 1, 3, 0666);
    root.symlink("lib", "usr/lib").symlink("bin", "usr/bin");
    root.file("usr/bin/busybox", busybox, 0755);
    APPLETS.forEach(applet -> root.symlink("usr/bin/" + applet, "busybox"));
    modules.addTo(root, MODULES);
    root.text("init", resource("init"), 0755).text("agent", resource("agent"), 0755);
    Path index = complete.resolve(modules.kernelVersion());
    root.text("config", "MODULES=" + ShellWords.quote(index.toString()) + "\n", 0644);
    return root;
  }

  /** Changes with all that goes into the image, and with where the cache is. */
  private static String recipe(Path unpacked, Path busybox) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part :
          List.of(
              unpacked.toString(),
              busybox.toString(),
              MODULES.toString(),
              APPLETS.toString(),
              resource("init"),
              resource("agent"))) {
        digest.update((part + "\0").getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = WorkerImage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("this build lacks the resource worker/" + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
