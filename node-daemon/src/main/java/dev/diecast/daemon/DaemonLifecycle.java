package dev.diecast.daemon;

import dev.diecast.daemon.node.Daemon;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.prometheus.client.exporter.common.TextFormat;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.function.Predicate;

/** The daemon inside Quarkus: its start, its end and its HTTP endpoints. */
@ApplicationScoped
public class DaemonLifecycle {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  @Inject KubernetesClient client;

  private volatile Daemon daemon;

  void start(Settings settings) throws IOException, InterruptedException {
    daemon = Daemon.start(settings, client);
  }

  void stop(@Observes ShutdownEvent event) throws IOException {
    if (daemon != null) {
      daemon.close();
    }
  }

  void routes(@Observes Router router) {
    router.get("/metrics").handler(this::metrics);
    router.get("/q/health/live").handler(context -> health(context, Daemon::isAlive));
    router.get("/q/health/ready").handler(context -> health(context, Daemon::isReady));
  }

  private void metrics(RoutingContext context) {
    Daemon running = daemon;
    if (running == null) {
      context.response().setStatusCode(UNAVAILABLE).end();
    } else {
      context
          .response()
          .putHeader("Content-Type", TextFormat.CONTENT_TYPE_004)
          .end(running.metrics().text());
    }
  }

  private void health(RoutingContext context, Predicate<Daemon> healthy) {
    Daemon running = daemon;
    boolean up = running != null && healthy.test(running);
    context
        .response()
        .setStatusCode(up ? OK : UNAVAILABLE)
        .putHeader("Content-Type", "application/json")
        .end("{\"status\":\"" + (up ? "UP" : "DOWN") + "\"}");
  }
}
