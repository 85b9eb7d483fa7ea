package dev.diecast.standalone.cli.session;

import dev.diecast.api.v1alpha1.DiskLatencies;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.SetupException;
import dev.diecast.standalone.UserDirectories;
import dev.diecast.standalone.controlplane.ControlPlaneBinaries;
import dev.diecast.standalone.controlplane.ControlPlaneException;
import dev.diecast.standalone.image.GuestImageBuilder;
import dev.diecast.standalone.image.ImageStore;
import dev.diecast.standalone.image.LocalImageStore;
import dev.diecast.standalone.prometheus.PrometheusInstallation;
import dev.diecast.standalone.qemu.DiskTools;
import dev.diecast.standalone.qemu.QemuInstallation;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * What an instance needs on this machine: the control plane's programs, QEMU and the built-in guest
 * image. Found in the cache, or fetched and built into it.
 *
 * @param prometheus where it was asked for
 */
public record Setup(
    ControlPlaneBinaries binaries,
    QemuInstallation qemu,
    Optional<PrometheusInstallation> prometheus) {

  public static Path cache() {
    return UserDirectories.cache();
  }

  public static LocalImageStore imageStore() {
    return new LocalImageStore(cache(), Progress.SILENT);
  }

  public static GuestImageBuilder imageBuilder() {
    return new GuestImageBuilder(cache());
  }

  public static ControlPlaneBinaries binaries(Progress progress) {
    return ControlPlaneBinaries.locate(cache(), progress::step);
  }

  /**
   * Gets all of it, what can be at once at once.
   *
   * @throws Refusal where something is not to be had, with the mend
   */
  static Setup prepare(StartOptions options, Progress progress) {
    // First: what a user asked for by an option is refused before anything is built.
    Optional<PrometheusInstallation> prometheus =
        options.prometheus() ? Optional.of(prometheus(progress)) : Optional.empty();
    // Packages come one after another, since QEMU boots the image to try its accelerators.
    CompletableFuture<QemuInstallation> guests =
        CompletableFuture.supplyAsync(
            () -> {
              imageBuilder().buildIfMissing(progress);
              return QemuInstallation.locate(cache(), progress);
            });
    CompletableFuture<ControlPlaneBinaries> binaries =
        CompletableFuture.supplyAsync(() -> binaries(progress));
    return new Setup(orRefuse(binaries::join), orRefuse(guests::join), prometheus);
  }

  private static PrometheusInstallation prometheus(Progress progress) {
    try {
      return PrometheusInstallation.locate(cache(), progress);
    } catch (SetupException e) {
      throw new Refusal(e.getMessage());
    }
  }

  /**
   * Refuses images that this machine does not have, or whose guests could not do what their model
   * asks; the built-in one is made when it is needed.
   *
   * @throws Refusal naming field, image and mend
   */
  public static void refuseUnknownImages(ModelFile file) {
    List<String> problems = imageProblems(file, imageStore());
    if (!problems.isEmpty()) {
      throw new Refusal(problems);
    }
  }

  static List<String> imageProblems(ModelFile file, LocalImageStore store) {
    return file.images().stream()
        .filter(use -> !use.image().equals(GuestImageBuilder.BASE))
        .flatMap(use -> imageProblem(use, store).stream())
        .toList();
  }

  private static Optional<String> imageProblem(ModelFile.ImageUse use, LocalImageStore store) {
    String image = use.image();
    if (!isThere(store, image)) {
      return Optional.of(
          "%s: there is no image %s on this machine: build it with `diecast image build %s --package ...`, or use %s"
              .formatted(use.field(), image, image, GuestImageBuilder.BASE));
    }
    // Guests of what an older DieCast built would boot, and have no address.
    if (use.onNetwork() && !store.isCurrent(image)) {
      return Optional.of(
          "%s: another version of DieCast built %s, whose guests may not know how to join a network: build it again: %s"
              .formatted(use.field(), image, buildCommand(store, image)));
    }
    long least = store.stored(image).orElseThrow().leastMemoryBytes();
    long memory = use.machine().memoryBytes();
    // They would boot all the same, with what there was room for.
    return memory >= least
        ? Optional.empty()
        : Optional.of(
            "%s: the files of %s are in its guests' memory, which must have %d MiB for them, and machine.memory is %s: write %dMi or more, or build it with fewer packages"
                .formatted(
                    use.field(),
                    image,
                    Math.ceilDiv(least, 1 << 20),
                    use.machine().memory(),
                    Math.ceilDiv(least, 1 << 20)));
  }

  private static String buildCommand(LocalImageStore store, String image) {
    StringBuilder command = new StringBuilder("diecast image build " + image);
    store
        .manifest(image)
        .ifPresent(
            manifest -> {
              manifest.requestedPackages().forEach(p -> command.append(" --package ").append(p));
              manifest.overlays().forEach(o -> command.append(" --overlay ").append(o));
            });
    return command.toString();
  }

  /** Fetches what disks with latency floors need, where a model has any: ahead of its VMs. */
  public static void prepareDisks(ModelFile file, Progress progress) {
    boolean slow =
        file.models().stream()
            .flatMap(model -> model.getSpec().groups().stream())
            .anyMatch(group -> !DiskLatencies.of(group.machine().disks()).isEmpty());
    if (slow) {
      try {
        DiskTools.locate(cache(), progress);
      } catch (SetupException e) {
        throw new Refusal(e.getMessage());
      }
    }
  }

  private static boolean isThere(ImageStore store, String image) {
    try {
      return store.resolve(image).isPresent();
    } catch (IllegalArgumentException e) {
      return false; // not even a reference
    }
  }

  private static <T> T orRefuse(Supplier<T> step) {
    try {
      return step.get();
    } catch (CompletionException e) {
      if (e.getCause() instanceof SetupException || e.getCause() instanceof ControlPlaneException) {
        throw new Refusal(e.getCause().getMessage());
      }
      throw e;
    }
  }
}
