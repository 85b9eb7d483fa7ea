package dev.diecast.standalone.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.standalone.SetupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackageRequestTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-o",
        "--force",
        "Nginx",
        "a b",
        "nginx/sid",
        "nginx=1",
        "../x",
        "nginx-",
        "nginx+",
        "x"
      })
  void refusesWhatIsNoPackageName(String name) {
    assertThatThrownBy(() -> PackageRequest.of(Closure.FULL, name))
        .isInstanceOf(SetupException.class)
        .hasMessageContaining("\"" + name + "\"");
  }

  @Test
  void equalWishesAreEqual() {
    PackageRequest one = PackageRequest.of(Closure.FULL, "libstdc++6", "g++", "nginx");
    assertThat(one)
        .isEqualTo(PackageRequest.of(Closure.FULL, "nginx", "g++", "libstdc++6", "nginx"));
    assertThat(one.key())
        .isNotEqualTo(PackageRequest.of(Closure.NONE, "libstdc++6", "g++", "nginx").key());
  }

  @Test
  void refusesAnEmptyWish() {
    assertThatThrownBy(() -> new PackageRequest(List.of(), Closure.FULL))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsTheHostsRelease(@TempDir Path directory) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("os-release"), "ID=debian\nVERSION_CODENAME=\"trixie\"\n");
    assertThat(DebianPackages.hostCodename(file)).isEqualTo("trixie");
    assertThatThrownBy(() -> DebianPackages.hostCodename(directory.resolve("none")))
        .isInstanceOf(SetupException.class);
  }

  @Test
  void namesFilesAsAptDoes() {
    assertThat(new DebianPackage("qemu-guest-agent", "1:7.2+dfsg-7", "amd64", 1, 1).fileName())
        .isEqualTo("qemu-guest-agent_1%3a7.2+dfsg-7_amd64.deb");
  }
}
