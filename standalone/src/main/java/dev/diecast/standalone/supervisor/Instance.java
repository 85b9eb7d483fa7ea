package dev.diecast.standalone.supervisor;

import dev.diecast.standalone.UserDirectories;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One running system on this machine, by its name and the directory that holds all it has.
 *
 * @param directory absolute and normalised: it marks the instance's processes
 */
public record Instance(String name, Path directory) {

  public static final String DEFAULT_NAME = "default";

  /** In the environment of every process of an instance: its directory. */
  public static final String MARK = "DIECAST_INSTANCE";

  /** Prefix of the instance's cgroups. */
  public static final String CGROUP_PREFIX = "diecast-";

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?");

  /**
   * @throws IllegalArgumentException where the name is not acceptable
   */
  public Instance {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\""
              + name
              + "\" cannot name an instance: use 1 to 32 lower-case letters, digits and dashes,"
              + " not beginning or ending with a dash");
    }
    directory = directory.toAbsolutePath().normalize();
  }

  /** {@code $XDG_STATE_HOME/diecast/<name>}, else {@code ~/.local/state/diecast/<name>}. */
  public static Instance named(String name) {
    return new Instance(name, UserDirectories.state().resolve(name));
  }

  public Path kubeconfig() {
    return directory.resolve("kubeconfig");
  }

  public Path logs() {
    return directory.resolve("logs");
  }

  public Path statusFile() {
    return directory.resolve("supervisor.json");
  }

  public Path configurationFile() {
    return directory.resolve("configuration.json");
  }

  Path lockFile() {
    return directory.resolve("supervisor.lock");
  }

  public Map<String, String> mark() {
    return Map.of(MARK, directory.toString());
  }

  /** Name of the cgroup that holds the instance's VMs; the directory's hash keeps it unique. */
  public String cgroupName() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(directory.toString().getBytes(StandardCharsets.UTF_8));
      return CGROUP_PREFIX + HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
