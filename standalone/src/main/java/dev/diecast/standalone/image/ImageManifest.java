package dev.diecast.standalone.image;

import dev.diecast.standalone.debian.DebianPackage;
import java.util.List;

/**
 * What an image is made of; {@code manifest.json} beside its files.
 *
 * @param requestedPackages the packages that were asked for beyond the base
 * @param packages all that files were taken from, with their versions
 * @param overlays directories of the user's that were laid over the packages
 * @param builtAt ISO 8601
 * @param recipe digest of what this version of DieCast adds to the packages; an image of another
 *     recipe is built anew
 * @param kernelSha256 of {@code boot/vmlinuz}
 * @param initrdSha256 of {@code boot/initrd}
 */
public record ImageManifest(
    String reference,
    String kernelVersion,
    List<String> requestedPackages,
    List<DebianPackage> packages,
    List<String> overlays,
    String builtAt,
    String recipe,
    String kernelSha256,
    String initrdSha256) {}
