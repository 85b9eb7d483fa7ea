package dev.diecast.daemon.host;

import dev.diecast.daemon.dilation.KvmModule;
import dev.diecast.daemon.linux.SystemCallException;
import java.util.Optional;

/** Finds out whether guests can be dilated by the host's module: it answers, and KVM works. */
final class HostModuleProbe {
  private static final int ENOENT = 2;

  private HostModuleProbe() {}

  /** Why they cannot, with the mend; empty where they can. */
  static Optional<String> obstacle(String device) {
    try (KvmModule module = KvmModule.open(device)) {
      Optional<String> obstacle = module.info().obstacle();
      return obstacle.isPresent() ? obstacle : kvm();
    } catch (SystemCallException e) {
      return Optional.of(
          e.errno() == ENOENT
              ? "module diecast_kvm is not loaded: modprobe diecast_kvm (kernel-modules/README.md"
                  + " says how it is built)"
              : "module diecast_kvm cannot be used ("
                  + e.getMessage()
                  + "): run the daemon privileged, with the host's /dev");
    }
  }

  private static Optional<String> kvm() {
    try {
      KvmTsc.kilohertz("/dev/kvm");
      return Optional.empty();
    } catch (SystemCallException e) {
      return Optional.of("KVM does not work here (" + e.getMessage() + ")");
    }
  }
}
