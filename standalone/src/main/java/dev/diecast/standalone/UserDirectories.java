package dev.diecast.standalone;

import java.nio.file.Path;
import java.util.Map;

/** Where a user's files of DieCast's are, by the XDG base directory specification. */
public final class UserDirectories {

  private UserDirectories() {}

  /** {@code $XDG_CACHE_HOME/diecast}, else {@code ~/.cache/diecast}; may be deleted at any time. */
  public static Path cache() {
    return directory(System.getenv(), "XDG_CACHE_HOME", Path.of(".cache"));
  }

  /** {@code $XDG_STATE_HOME/diecast}, else {@code ~/.local/state/diecast}. */
  public static Path state() {
    return directory(System.getenv(), "XDG_STATE_HOME", Path.of(".local", "state"));
  }

  /** {@code $XDG_CONFIG_HOME/diecast}, else {@code ~/.config/diecast}. */
  public static Path configuration() {
    return directory(System.getenv(), "XDG_CONFIG_HOME", Path.of(".config"));
  }

  static Path directory(Map<String, String> environment, String variable, Path otherwise) {
    Path set = Path.of(environment.getOrDefault(variable, ""));
    // A relative path is to be ignored, says the specification.
    Path root =
        set.isAbsolute() ? set : Path.of(System.getProperty("user.home")).resolve(otherwise);
    return root.resolve("diecast");
  }
}
