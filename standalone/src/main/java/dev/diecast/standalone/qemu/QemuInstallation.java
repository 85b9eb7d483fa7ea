package dev.diecast.standalone.qemu;

import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.SetupException;
import dev.diecast.standalone.debian.Closure;
import dev.diecast.standalone.debian.DebianPackages;
import dev.diecast.standalone.debian.PackageRequest;
import dev.diecast.standalone.debian.UnpackedPackages;
import dev.diecast.standalone.image.GuestImageBuilder;
import dev.diecast.standalone.image.LocalImageStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A QEMU that runs here.
 *
 * @param systemCommand the program, and the options that tell it where its firmware is; guests'
 *     options follow
 * @param environment what it needs beyond ours
 * @param accelerator the best that really boots guests
 * @param version such as {@code 7.2.22}
 */
public record QemuInstallation(
    List<String> systemCommand,
    Map<String, String> environment,
    Accelerator accelerator,
    String version) {

  public static final String PROGRAM = "qemu-system-x86_64";

  /**
   * The first with {@code -netdev stream}, which guests' links need, and the one that all here was
   * measured with (Debian 12).
   */
  static final QemuVersion OLDEST = new QemuVersion(7, 2, 0);

  private static final PackageRequest PACKAGES =
      PackageRequest.of(Closure.MISSING_ON_HOST, "qemu-system-x86");

  public QemuInstallation {
    systemCommand = List.copyOf(systemCommand);
    environment = Map.copyOf(environment);
  }

  /**
   * The QEMU on PATH where it is new enough, else Debian's, fetched and unpacked in the cache at
   * first; then the accelerator is tried with a real guest.
   *
   * @param cache DieCast's cache directory
   * @throws SetupException when there is none and none can be fetched
   */
  public static QemuInstallation locate(Path cache, Progress progress) {
    Optional<QemuInstallation> onPath = onPath(progress);
    QemuInstallation found = onPath.orElseGet(() -> unpacked(cache, progress));
    AcceleratorProbe probe = new AcceleratorProbe(cache, found, progress);
    return found.with(
        probe
            .find(
                () ->
                    new LocalImageStore(cache, progress)
                        .resolve(GuestImageBuilder.BASE)
                        .orElseThrow())
            .accelerator());
  }

  /**
   * As {@link #locate}, but without fetching, building or starting anything; the accelerator is TCG
   * unless KVM was seen to work before.
   */
  public static Optional<QemuInstallation> present(Path cache) {
    Optional<QemuInstallation> found =
        onPath(Progress.SILENT).or(() -> unpackedHere(cache)).flatMap(QemuInstallation::usable);
    return found.map(
        q ->
            q.with(
                q.kvmFinding(cache)
                    .map(AcceleratorProbe.Finding::accelerator)
                    .orElse(Accelerator.TCG)));
  }

  /**
   * Why {@link #present} chose the accelerator; empty when KVM was not tried yet since the host
   * booted.
   */
  public Optional<String> acceleratorReason(Path cache) {
    return kvmFinding(cache).map(AcceleratorProbe.Finding::reason);
  }

  private Optional<AcceleratorProbe.Finding> kvmFinding(Path cache) {
    return new AcceleratorProbe(cache, this, Progress.SILENT).remembered();
  }

  private QemuInstallation with(Accelerator chosen) {
    return new QemuInstallation(systemCommand, environment, chosen, version);
  }

  private static Optional<QemuInstallation> onPath(Progress progress) {
    Optional<Path> program = HostCommand.find(PROGRAM);
    if (program.isEmpty()) {
      return Optional.empty();
    }
    QemuInstallation candidate =
        new QemuInstallation(
            List.of(program.get().toString()), Map.of(), Accelerator.TCG, "unknown");
    Optional<QemuInstallation> usable = usable(candidate);
    if (usable.isEmpty()) {
      progress.detail(
          program.get()
              + " is older than "
              + OLDEST
              + " or does not run; Debian's QEMU is used instead");
    }
    return usable;
  }

  private static Optional<QemuInstallation> unpackedHere(Path cache) {
    // Without an apt there is no Debian host to ask for its release.
    return Files.isRegularFile(Path.of("/etc/os-release"))
            && HostCommand.find("apt-get").isPresent()
        ? DebianPackages.ofHost(cache, Progress.SILENT).cached(PACKAGES).map(QemuInstallation::in)
        : Optional.empty();
  }

  private static QemuInstallation unpacked(Path cache, Progress progress) {
    DebianPackages debian = DebianPackages.ofHost(cache, progress);
    Optional<QemuInstallation> usable = usable(in(debian.unpack(PACKAGES)));
    if (usable.isEmpty()) {
      // Only what the host lacked was unpacked; it may have lost a library since.
      progress.detail("the unpacked QEMU does not run any more; fetching it anew");
      usable = usable(in(debian.refresh(PACKAGES)));
    }
    return usable.orElseThrow(
        () ->
            new SetupException(
                "QEMU of Debian "
                    + debian.release()
                    + " does not run here or is older than "
                    + OLDEST,
                "Install qemu-system-x86 "
                    + OLDEST
                    + " or later (Debian 12 has it): apt-get install qemu-system-x86"));
  }

  private static QemuInstallation in(UnpackedPackages packages) {
    Path root = packages.root();
    List<String> command =
        new ArrayList<>(List.of(root.resolve("usr/bin").resolve(PROGRAM).toString()));
    for (String data : List.of("usr/share/qemu", "usr/share/seabios", "usr/lib/ipxe/qemu")) {
      command.add("-L");
      command.add(root.resolve(data).toString());
    }
    String libraries =
        Stream.of("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")
            .map(d -> root.resolve(d).toString())
            .collect(Collectors.joining(":"));
    return new QemuInstallation(
        command,
        Map.of(
            "LD_LIBRARY_PATH",
            libraries,
            "QEMU_MODULE_DIR",
            root.resolve("usr/lib/x86_64-linux-gnu/qemu").toString()),
        Accelerator.TCG,
        "unknown");
  }

  /** The installation with its version, where it runs and is new enough. */
  private static Optional<QemuInstallation> usable(QemuInstallation candidate) {
    if (!Files.isExecutable(Path.of(candidate.systemCommand.getFirst()))) {
      return Optional.empty();
    }
    HostCommand.Result said =
        HostCommand.of(List.of(candidate.systemCommand.getFirst(), "--version"))
            .environment(candidate.environment)
            .timeoutSeconds(20)
            .run();
    return said.output().stream()
        .findFirst()
        .filter(line -> said.succeeded())
        .flatMap(QemuVersion::parse)
        .filter(version -> version.compareTo(OLDEST) >= 0)
        .map(
            version ->
                new QemuInstallation(
                    candidate.systemCommand,
                    candidate.environment,
                    candidate.accelerator,
                    version.toString()));
  }
}
