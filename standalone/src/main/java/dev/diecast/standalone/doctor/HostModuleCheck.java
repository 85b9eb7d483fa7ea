package dev.diecast.standalone.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Whether guests can be dilated by the host's module: loaded, installed, or how to get it.
 *
 * @param root where /proc, /sys and /lib are: {@code /}, or a copy for tests
 * @param abi of the loaded module, where its device answers
 */
record HostModuleCheck(Path root, OptionalInt abi) {

  private static final String NAME = "host module";
  private static final String MODULE = "diecast_kvm";
  private static final String SECURE_BOOT =
      "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

  static HostModuleCheck ofThisHost() {
    return new HostModuleCheck(Path.of("/"), HostModuleAbi.ofThisHost());
  }

  Check check() {
    String without = "Without it T changes by restarting guests, which must boot by kernelBoot. ";
    if (abi.isPresent()) {
      return abi.getAsInt() == HostModuleAbi.WANTED
          ? Check.ok(NAME, MODULE + " is loaded, ABI " + abi.getAsInt() + ": driver HostModule")
          : Check.limited(
              NAME,
              "%s is loaded with ABI %d, and this release speaks ABI %d"
                  .formatted(MODULE, abi.getAsInt(), HostModuleAbi.WANTED),
              without
                  + "Install the module of this release: modprobe -r "
                  + MODULE
                  + "; "
                  + build());
    }
    if (holds("proc/modules", MODULE + " ")) {
      return Check.limited(
          NAME, MODULE + " is loaded, and its device serves root alone", without + "Run as root");
    }
    if (holds("lib/modules/" + release() + "/modules.dep", "/" + MODULE + ".ko")) {
      return Check.limited(
          NAME,
          MODULE + " is built for kernel " + release() + " and not loaded",
          without + "Load it: modprobe " + MODULE + signing());
    }
    return Check.limited(
        NAME,
        MODULE + " is not built for kernel " + release(),
        without + "Build it by DKMS: " + build() + " && modprobe " + MODULE + signing());
  }

  private String build() {
    return "apt-get install dkms linux-headers-%s && dkms install kernel-modules/%s"
        .formatted(release(), MODULE);
  }

  private String signing() {
    return isSecureBoot()
        ? ". Secure Boot is on, so the kernel takes signed modules alone: DKMS signs with"
            + " /var/lib/dkms/mok.key; once: mokutil --import /var/lib/dkms/mok.pub, reboot, and"
            + " choose Enroll MOK"
        : "";
  }

  /** The last of an EFI variable's bytes is its value. */
  private boolean isSecureBoot() {
    try {
      byte[] variable = Files.readAllBytes(root.resolve(SECURE_BOOT));
      return variable.length > 0 && variable[variable.length - 1] == 1;
    } catch (IOException e) {
      return false;
    }
  }

  private String release() {
    try {
      return Files.readString(root.resolve("proc/sys/kernel/osrelease")).strip();
    } catch (IOException e) {
      return "$(uname -r)";
    }
  }

  private boolean holds(String file, String text) {
    try (Stream<String> lines = Files.lines(root.resolve(file), StandardCharsets.ISO_8859_1)) {
      return lines.anyMatch(line -> line.contains(text));
    } catch (IOException e) {
      return false;
    }
  }
}
