package dev.diecast.operator;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready once the reconcilers run; says what is waited for until then. */
@Readiness
@ApplicationScoped
public class ReconcilingCheck implements HealthCheck {

  private final Startup startup;

  public ReconcilingCheck(Startup startup) {
    this.startup = startup;
  }

  @Override
  public HealthCheckResponse call() {
    Set<String> blind = startup.unhealthySources();
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("reconciling").status(startup.isStarted() && blind.isEmpty());
    if (!startup.isStarted()) {
      response.withData("waitingFor", startup.waitingFor());
    }
    if (!blind.isEmpty()) {
      response.withData("notWatching", String.join(", ", blind));
    }
    return response.build();
  }
}
