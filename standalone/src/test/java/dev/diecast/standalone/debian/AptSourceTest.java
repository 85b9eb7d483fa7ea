package dev.diecast.standalone.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diecast.standalone.SetupException;
import java.util.List;
import org.junit.jupiter.api.Test;

class AptSourceTest {

  private static final String KEY = "/usr/share/keyrings/debian-archive-keyring.gpg";

  @Test
  void readsDeb822WithCommentsListsAndDisabledEntries() {
    List<AptSource> sources =
        AptSource.parseDeb822(
            """
            # the archive
            Types: deb deb-src
            URIs: http://mirror.example/debian
            Suites: trixie trixie-updates trixie-backports
            Components: main contrib
            Signed-By: %s

            Enabled: no
            Types: deb
            URIs: http://off.example/debian
            Suites: trixie
            Components: main
            """
                .formatted(KEY)
                .lines()
                .toList());
    assertThat(sources).hasSize(1);
    AptSource source = sources.getFirst();
    assertThat(source.isDebian()).isTrue();
    assertThat(source.suites()).containsExactly("trixie", "trixie-updates", "trixie-backports");
    assertThat(source.renderFor("bookworm"))
        .hasValue(
            """
            Types: deb
            URIs: http://mirror.example/debian
            Suites: bookworm bookworm-updates
            Components: main contrib
            signed-by: %s
            """
                .formatted(KEY));
  }

  @Test
  void backportsLieWhereTheReleaseItselfDoesAndComeAlone() {
    List<AptSource> sources =
        AptSource.parseOneLine(
            List.of(
                "deb http://mirror.example/debian trixie main",
                "deb http://mirror.example/debian trixie-backports main",
                "deb http://mirror.example/debian-security trixie-security main"));
    assertThat(new AptSources(sources).renderFor("bookworm-backports"))
        .isEqualTo(
            """
            Types: deb
            URIs: http://mirror.example/debian
            Suites: bookworm-backports
            Components: main
            """);
  }

  @Test
  void keepsAKeyThatStandsInTheFileItself() {
    AptSource source =
        AptSource.parseDeb822(
                List.of(
                    "Types: deb",
                    "URIs: http://mirror.example/debian",
                    "Suites: bookworm-security",
                    "Components: main",
                    "Signed-By:",
                    " -----BEGIN PGP PUBLIC KEY BLOCK-----",
                    " .",
                    " abc"))
            .getFirst();
    assertThat(source.renderFor("bookworm").orElseThrow())
        .contains("Suites: bookworm-security")
        .contains("signed-by: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n");
  }

  @Test
  void readsOneLineEntries() {
    List<AptSource> sources =
        AptSource.parseOneLine(
            List.of(
                "# deb http://commented.example/debian bookworm main",
                "deb [arch=amd64 signed-by="
                    + KEY
                    + "] http://mirror.example/debian bookworm main contrib # why",
                "deb-src http://mirror.example/debian bookworm main"));
    assertThat(sources).hasSize(2);
    assertThat(sources.get(0).isDebian()).isTrue();
    assertThat(sources.get(0).components()).containsExactly("main", "contrib");
    assertThat(sources.get(0).options()).containsEntry("signed-by", KEY);
    assertThat(sources.get(1).isDebian()).as("a source of source packages only").isFalse();
  }

  @Test
  void tellsThirdPartiesFromDebian() {
    assertThat(
            debian(
                "deb [signed-by=/etc/apt/keyrings/docker.asc] https://vendor.example/linux/debian bookworm stable"))
        .isFalse();
    assertThat(
            debian(
                "deb [signed-by=/etc/apt/keyrings/v.gpg] https://vendor.example/apt cloud-sdk-bookworm main"))
        .isFalse();
    assertThat(
            debian(
                "deb [signed-by=/etc/apt/keyrings/v.gpg] https://vendor.example/pub/repos/apt bookworm-pgdg main"))
        .isFalse();
    assertThat(
            debian("deb [signed-by=/etc/apt/keyrings/hc.gpg] https://vendor.example bookworm main"))
        .isFalse();
    assertThat(debian("deb https://vendor.example/node nodistro main")).isFalse();
    assertThat(debian("deb http://corporate.example/remote/deb bookworm main"))
        .as("a mirror, checked by the system's keys")
        .isTrue();
  }

  private static boolean debian(String line) {
    return AptSource.parseOneLine(List.of(line)).getFirst().isDebian();
  }

  @Test
  void refusesAMachineWithoutAnArchiveOfDebians() {
    assertThatThrownBy(() -> new AptSources(List.of()).renderFor("bookworm"))
        .isInstanceOf(SetupException.class)
        .hasMessageContaining("name no Debian archive")
        .hasMessageContaining(AptSources.OVERRIDE);
  }
}
