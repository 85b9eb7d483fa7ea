package dev.diecast.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UserDirectoriesTest {
  private static Path state(Map<String, String> environment) {
    return UserDirectories.directory(environment, "XDG_STATE_HOME", Path.of(".local", "state"));
  }

  @Test
  void followTheVariableWhereItIsAnAbsolutePath() {
    Path home = Path.of(System.getProperty("user.home"), ".local", "state", "diecast");
    assertThat(state(Map.of("XDG_STATE_HOME", "/x/y"))).isEqualTo(Path.of("/x/y/diecast"));
    assertThat(state(Map.of())).isEqualTo(home);
    assertThat(state(Map.of("XDG_STATE_HOME", ""))).isEqualTo(home);
    assertThat(state(Map.of("XDG_STATE_HOME", "x"))).isEqualTo(home);
  }
}
