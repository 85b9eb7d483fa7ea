package dev.diecast.standalone.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QemuVersionTest {

  @Test
  void readsWhatQemuPrints() {
    assertThat(QemuVersion.parse("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)"))
        .hasValue(new QemuVersion(7, 2, 22));
    assertThat(QemuVersion.parse("QEMU emulator version 10.0.2"))
        .hasValue(new QemuVersion(10, 0, 2));
    assertThat(QemuVersion.parse("qemu-img version 7.2.22")).isEmpty();
  }

  @Test
  void ordersByNumberNotByText() {
    assertThat(new QemuVersion(10, 0, 0)).isGreaterThan(QemuInstallation.OLDEST);
    assertThat(new QemuVersion(7, 10, 0)).isGreaterThan(QemuInstallation.OLDEST);
    assertThat(new QemuVersion(7, 1, 99)).isLessThan(QemuInstallation.OLDEST);
  }
}
