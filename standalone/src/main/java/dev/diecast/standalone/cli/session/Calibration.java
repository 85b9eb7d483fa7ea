package dev.diecast.standalone.cli.session;

import dev.diecast.standalone.UserDirectories;
import dev.diecast.standalone.calibration.HostCalibration;
import java.nio.file.Path;

/** The calibration of this host, for whoever starts a daemon or measures anew. */
public final class Calibration {
  private Calibration() {}

  public static Path file() {
    return UserDirectories.configuration().resolve("host.json");
  }

  /**
   * @throws Refusal where the file cannot be used
   */
  public static HostCalibration ofThisHost() {
    try {
      return HostCalibration.read(file());
    } catch (IllegalArgumentException e) {
      throw new Refusal(e.getMessage());
    }
  }
}
