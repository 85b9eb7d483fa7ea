package dev.diecast.standalone.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostModuleCheckTest {

  @TempDir Path root;

  @BeforeEach
  void aKernel() throws IOException {
    write("proc/sys/kernel/osrelease", "6.1.0-40-amd64\n");
    write("proc/modules", "kvm 1 0 - Live 0x0\n");
    write("lib/modules/6.1.0-40-amd64/modules.dep", "kernel/kvm.ko.xz:\n");
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), text);
  }

  private Check check(OptionalInt abi) {
    return new HostModuleCheck(root, abi).check();
  }

  @Test
  void saysHowItIsBuilt() {
    Check absent = check(OptionalInt.empty());
    assertThat(absent.status()).isEqualTo(Check.Status.LIMITED);
    assertThat(absent.mend())
        .contains(
            "apt-get install dkms linux-headers-6.1.0-40-amd64",
            "dkms install kernel-modules/diecast_kvm",
            "modprobe diecast_kvm")
        .doesNotContain("mokutil");
  }

  @Test
  void saysHowItIsSignedWhereTheFirmwareAsksForThat() throws IOException {
    write("sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", "\6\0\0\0\1");
    assertThat(check(OptionalInt.empty()).mend())
        .contains("mokutil --import /var/lib/dkms/mok.pub");
  }

  @Test
  void tellsBuiltFromLoaded() throws IOException {
    write(
        "lib/modules/6.1.0-40-amd64/modules.dep",
        "updates/dkms/diecast_kvm.ko: kernel/kvm.ko.xz\n");
    Check built = check(OptionalInt.empty());
    assertThat(built.found()).contains("not loaded");
    assertThat(built.mend()).contains("modprobe diecast_kvm").doesNotContain("dkms install");

    write("proc/modules", "diecast_kvm 45056 0 - Live 0x0 (OE)\n");
    assertThat(check(OptionalInt.empty()).mend()).contains("Run as root");
    assertThat(check(OptionalInt.of(1)).status()).isEqualTo(Check.Status.OK);
    Check other = check(OptionalInt.of(2));
    assertThat(other.status()).isEqualTo(Check.Status.LIMITED);
    assertThat(other.found()).contains("ABI 2", "ABI 1");
  }
}
