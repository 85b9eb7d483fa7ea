package dev.diecast.standalone.doctor;

import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.calibration.HostCalibration;
import dev.diecast.standalone.qemu.Accelerator;
import dev.diecast.standalone.qemu.QemuInstallation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks at this machine and says what DieCast can do here. Changes nothing: no module is loaded, no
 * cgroup made, nothing downloaded.
 */
public final class HostCheck {

  private static final long MEBIBYTE = 1L << 20;

  /** What packages, images and the build take up when all of it is there. */
  private static final long CACHE_BYTES = 2048 * MEBIBYTE;

  /** Logs, consoles and etcd of one instance. */
  private static final long STATE_BYTES = 512 * MEBIBYTE;

  /** Control plane (about 700 MiB) and six guests (about 200 MiB each). */
  private static final long MEMORY_BYTES = 2048 * MEBIBYTE;

  private final Path cache;
  private final Path state;
  private final Path calibrationFile;
  private final KernelFacts kernel;

  /**
   * @param cache DieCast's cache directory; need not exist
   * @param calibrationFile of this host; need not exist
   * @param state where instances keep their state; need not exist
   */
  public HostCheck(Path cache, Path state, Path calibrationFile) {
    this.calibrationFile = calibrationFile;
    this.cache = cache.toAbsolutePath();
    this.state = state.toAbsolutePath();
    this.kernel = KernelFacts.ofThisHost();
  }

  /** All checks, in the order in which they matter. */
  public List<Check> run() {
    List<Check> checks = new ArrayList<>();
    checks.add(jdk());
    checks.add(maven());
    checks.add(apt());
    checks.add(qemu());
    checks.add(kvm());
    checks.add(kernel.timestampCounter());
    checks.add(kernel.cgroup());
    checks.add(
        kernel.queueingDiscipline(
            "netem", "netem_enqueue", "sch_netem", "delay and loss are not shaped in the kernel"));
    checks.add(
        kernel.queueingDiscipline(
            "htb", "htb_enqueue", "sch_htb", "bandwidth is not shaped in the kernel"));
    checks.add(calibration());
    checks.add(kernel.moduleLoading());
    checks.add(HostModuleCheck.ofThisHost().check());
    checks.add(kernel.memory(MEMORY_BYTES));
    checks.add(space("cache space", cache, CACHE_BYTES, "XDG_CACHE_HOME"));
    checks.add(space("state space", state, STATE_BYTES, "XDG_STATE_HOME"));
    checks.add(controlPlane());
    checks.add(ports());
    return List.copyOf(checks);
  }

  /** Not missing where absent: a stated default serves. */
  private Check calibration() {
    try {
      HostCalibration calibration = HostCalibration.read(calibrationFile);
      return calibration.equals(HostCalibration.NONE)
          ? Check.ok(
              "calibration",
              "none: caps make up for 1 ms lost per period of an emulated vCPU, a default"
                  + " (./diecast bench cpu --calibrate measures it)")
          : Check.ok(
              "calibration",
              "lost per period, us by T: TCG %s, KVM %s; measured %s"
                  .formatted(
                      Objects.requireNonNullElse(calibration.switchLossTcgMicros(), "not measured"),
                      Objects.requireNonNullElse(calibration.switchLossKvmMicros(), "not measured"),
                      calibration.measuredAt()));
    } catch (IllegalArgumentException e) {
      return Check.missing("calibration", "cannot be used", e.getMessage());
    }
  }

  private static Check jdk() {
    int feature = Runtime.version().feature();
    String found = Runtime.version() + " in " + System.getProperty("java.home");
    return feature >= 25
        ? Check.ok("jdk", found)
        : Check.missing("jdk", found, "Install a JDK 25 or later and let JAVA_HOME name it");
  }

  private static Check maven() {
    return HostCommand.find("mvn")
        .map(path -> Check.ok("maven", path.toString()))
        .orElse(
            Check.limited(
                "maven",
                "mvn is not on PATH",
                "Only needed to build from source: apt-get install maven"));
  }

  private static Check apt() {
    boolean complete =
        Stream.of("apt-get", "apt-cache", "apt-config", "dpkg-deb")
            .allMatch(p -> HostCommand.find(p).isPresent());
    return complete
        ? Check.ok("apt", "packages can be fetched and unpacked without root")
        : Check.missing(
            "apt",
            "apt-get or dpkg-deb is not on PATH",
            "Guests and QEMU come from Debian packages: run DieCast on Debian 12 or later");
  }

  private Check qemu() {
    Optional<QemuInstallation> qemu = QemuInstallation.present(cache);
    if (qemu.isPresent()) {
      return Check.ok(
          "qemu", qemu.get().version() + " at " + qemu.get().systemCommand().getFirst());
    }
    return HostCommand.find("apt-get").isPresent()
        ? Check.ok("qemu", "not here yet; fetched into the cache on first use")
        : Check.missing(
            "qemu",
            "no " + QemuInstallation.PROGRAM + " 7.2 or later",
            "Install QEMU 7.2 or later");
  }

  private Check kvm() {
    Path device = Path.of("/dev/kvm");
    String without =
        "Guests run by emulation (TCG), which costs more of a core per guest; DieCast works";
    if (!Files.exists(device)) {
      return Check.limited(
          "kvm",
          "no /dev/kvm",
          without
              + ". For KVM enable virtualisation in the firmware, or nested virtualisation on a cloud machine");
    }
    if (!Files.isReadable(device) || !Files.isWritable(device)) {
      return Check.limited(
          "kvm",
          "this user may not open /dev/kvm",
          without + ". For KVM: adduser $USER kvm, then log in anew");
    }
    Optional<QemuInstallation> qemu = QemuInstallation.present(cache);
    Optional<String> reason = qemu.flatMap(q -> q.acceleratorReason(cache));
    if (reason.isEmpty()) {
      return Check.limited(
          "kvm",
          "/dev/kvm opens; whether guests boot is not tried yet",
          "Tried on first use (./diecast up), with a guest");
    }
    return qemu.get().accelerator() == Accelerator.KVM
        ? Check.ok("kvm", reason.get())
        : Check.limited("kvm", reason.get(), without);
  }

  private static Check space(String name, Path directory, long wanted, String variable) {
    try {
      Path existing = directory;
      while (!Files.exists(existing)) {
        existing = existing.getParent();
      }
      long usable = Files.getFileStore(existing).getUsableSpace();
      String found = "%d MiB free for %s".formatted(usable / MEBIBYTE, directory);
      if (!Files.isWritable(existing)) {
        return Check.missing(
            name, existing + " is not writable", "Let " + variable + " name a directory of yours");
      }
      return usable >= wanted
          ? Check.ok(name, found)
          : Check.missing(
              name,
              found,
              "%d MiB are missing: free them, or let %s name a directory on a larger file system"
                  .formatted((wanted - usable) / MEBIBYTE, variable));
    } catch (IOException e) {
      return Check.missing(
          name,
          directory + ": " + e.getMessage(),
          "Let " + variable + " name a directory of yours");
    }
  }

  private static Check controlPlane() {
    String assets = System.getenv("KUBEBUILDER_ASSETS");
    String build =
        "Without it they are fetched, or built once from Debian's source packages, which takes minutes";
    if (assets == null) {
      return Check.limited(
          "control plane",
          "KUBEBUILDER_ASSETS is not set",
          build + ". Let it name a directory with etcd and kube-apiserver");
    }
    List<String> absent =
        Stream.of("etcd", "kube-apiserver")
            .filter(p -> !Files.isExecutable(Path.of(assets, p)))
            .toList();
    return absent.isEmpty()
        ? Check.ok("control plane", "etcd and kube-apiserver in " + assets)
        : Check.missing(
            "control plane",
            "KUBEBUILDER_ASSETS=" + assets + " holds no " + String.join(" and no ", absent),
            "Name the directory that holds them, or unset the variable");
  }

  private static Check ports() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Check.ok(
          "ports", "a port on loopback can be taken (" + socket.getLocalPort() + " was free)");
    } catch (IOException e) {
      return Check.missing(
          "ports",
          "no port on 127.0.0.1 can be taken: " + e.getMessage(),
          "Bring up the interface lo, or free some ports");
    }
  }
}
