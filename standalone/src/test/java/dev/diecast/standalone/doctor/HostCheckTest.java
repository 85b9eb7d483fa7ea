package dev.diecast.standalone.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostCheckTest {

  @TempDir Path directory;

  @Test
  void checksThisHostAndLeavesNoTrace() throws IOException {
    List<Check> checks =
        new HostCheck(
                directory.resolve("cache"),
                directory.resolve("state"),
                directory.resolve("host.json"))
            .run();
    assertThat(checks)
        .extracting(Check::name)
        .doesNotHaveDuplicates()
        .contains("kvm", "tsc", "cgroup", "netem", "htb", "modules", "qemu", "jdk", "ports");
    assertThat(checks)
        .allSatisfy(
            c ->
                assertThat(c.mend().isEmpty())
                    .as(c.toString())
                    .isEqualTo(c.status() == Check.Status.OK));
    assertThat(directory).isEmptyDirectory();
  }
}
