package dev.diecast.standalone.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An image that a guest boots from, as KubeVirt's {@code firmware.kernelBoot.container} means it: a
 * kernel and an initial file system by paths within a named image.
 *
 * @param reference as {@code diecast.dev/guests/base:bookworm}
 * @param kernel what QEMU's {@code -kernel} takes: an uncompressed ELF kernel with PVH entry, else
 *     a bzImage
 * @param initrd what {@code -initrd} takes; it is the guest's whole root file system
 * @param disk a disk image, where the image has one
 */
public record GuestImage(String reference, Path kernel, Path initrd, Optional<Path> disk) {

  /** KubeVirt's {@code kernelPath} in every image of DieCast's. */
  public static final String KERNEL_PATH = "/boot/vmlinuz";

  /** KubeVirt's {@code initrdPath} in every image of DieCast's. */
  public static final String INITRD_PATH = "/boot/initrd";

  /** What the guest prints on its console, before its uptime in seconds, when it is up. */
  public static final String READY_LINE = "diecast: ready ";

  /**
   * Kernel arguments that make boot cheap without changing what is measured: no console chatter, no
   * alternatives to patch for CPU flaws that an emulated CPU does not have, no waiting for entropy,
   * no self-tests of the crypto code. Together a third of the boot's CPU time under TCG.
   */
  public static final List<String> QUICK_BOOT_ARGUMENTS =
      List.of("quiet", "mitigations=off", "random.trust_cpu=on", "cryptomgr.notests");

  /** What a guest's kernel and its page tables take before the first file is unpacked. */
  private static final long KERNEL_BYTES = 32L << 20;

  /**
   * Memory that a guest must have for its files to be whole. While they are unpacked they are there
   * twice, and a root file system in memory takes no more than half of what the kernel has left
   * beside the image (Linux, Documentation/filesystems/ramfs-rootfs-initramfs.rst and tmpfs.rst);
   * what has no room is missing, without a word but on the console.
   *
   * @throws UncheckedIOException where the image cannot be read
   */
  public long leastMemoryBytes() {
    try {
      return 3 * Files.size(initrd) + KERNEL_BYTES;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + initrd, e);
    }
  }

  /**
   * The file that KubeVirt calls by its path within the image.
   *
   * @throws IllegalArgumentException when the image has no such file; the message names those it
   *     has
   */
  public Path file(String pathInImage) {
    return switch (pathInImage) {
      case KERNEL_PATH -> kernel;
      case INITRD_PATH -> initrd;
      default ->
          throw new IllegalArgumentException(
              "image "
                  + reference
                  + " has no file "
                  + pathInImage
                  + "; it has "
                  + KERNEL_PATH
                  + " (kernelPath) and "
                  + INITRD_PATH
                  + " (initrdPath)");
    };
  }
}
