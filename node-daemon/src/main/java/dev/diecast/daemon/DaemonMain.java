package dev.diecast.daemon;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Inject;
import org.eclipse.microprofile.config.Config;

/** Starts the daemon; exit code 2 where it cannot run as it is told to. */
@QuarkusMain
public class DaemonMain implements QuarkusApplication {
  private static final int REFUSED = 2;

  @Inject Config config;
  @Inject DaemonLifecycle lifecycle;

  @Override
  public int run(String... arguments) throws Exception {
    try {
      lifecycle.start(Settings.read(name -> config.getOptionalValue(name, String.class)));
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println("diecast-node-daemon: " + e.getMessage());
      return REFUSED;
    }
    Quarkus.waitForExit();
    return 0;
  }
}
