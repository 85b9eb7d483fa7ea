package dev.diecast.container;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;

/**
 * Tells Testcontainers of the engine that the test has chosen: an engine of the tests' own is not
 * there yet when DOCKER_HOST could be set. Found by the service loader, so it is public.
 */
public final class ChosenEngine extends DockerClientProviderStrategy {
  private static volatile Optional<Path> socket = Optional.empty();

  /** From now on, and for all tests of this JVM: Testcontainers asks once. */
  static void is(DockerEngine engine) {
    socket = Optional.of(engine.socket());
  }

  @Override
  public String getDescription() {
    return "the engine of the tests, " + socket;
  }

  @Override
  protected boolean isApplicable() {
    return socket.isPresent();
  }

  @Override
  protected boolean isPersistable() {
    return false; // would be written to the user's home
  }

  @Override
  protected int getPriority() {
    return Integer.MAX_VALUE;
  }

  @Override
  public TransportConfig getTransportConfig() {
    return TransportConfig.builder()
        .dockerHost(URI.create("unix://" + socket.orElseThrow()))
        .build();
  }
}
