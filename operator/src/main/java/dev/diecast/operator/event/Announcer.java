package dev.diecast.operator.event;

import dev.diecast.api.v1alpha1.Api;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Writes Kubernetes events. What is said again of the same object and generation counts up the
 * event that is there. An event that cannot be written is logged: it is no reason to stop work.
 */
@ApplicationScoped
public class Announcer {

  private static final Logger LOG = Logger.getLogger("dev.diecast.operator");

  private final KubernetesClient client;

  public Announcer(KubernetesClient client) {
    this.client = client;
  }

  public void announce(HasMetadata about, Announcement announcement) {
    LOG.infof(
        "%s %s/%s: %s: %s",
        about.getKind(),
        about.getMetadata().getNamespace(),
        about.getMetadata().getName(),
        announcement.reason(),
        announcement.message());
    Event event = event(about, announcement);
    try {
      client.resource(event).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        countUp(event);
      } else {
        LOG.warnf("an event could not be written: %s", e.getMessage());
      }
    }
  }

  private void countUp(Event event) {
    try {
      client
          .v1()
          .events()
          .inNamespace(event.getMetadata().getNamespace())
          .withName(event.getMetadata().getName())
          .edit(
              there -> {
                there.setCount(there.getCount() == null ? 2 : there.getCount() + 1);
                there.setLastTimestamp(event.getLastTimestamp());
                return there;
              });
    } catch (KubernetesClientException e) {
      LOG.warnf("an event could not be counted: %s", e.getMessage());
    }
  }

  private static Event event(HasMetadata about, Announcement announcement) {
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    return new EventBuilder()
        .withNewMetadata()
        .withName(name(about, announcement))
        .withNamespace(about.getMetadata().getNamespace())
        .endMetadata()
        .withNewInvolvedObject()
        .withApiVersion(about.getApiVersion())
        .withKind(about.getKind())
        .withName(about.getMetadata().getName())
        .withNamespace(about.getMetadata().getNamespace())
        .withUid(about.getMetadata().getUid())
        .endInvolvedObject()
        .withReason(announcement.reason().name())
        .withMessage(announcement.message())
        .withType(announcement.reason().type())
        .withCount(1)
        .withFirstTimestamp(now)
        .withLastTimestamp(now)
        .withNewSource()
        .withComponent(Api.OPERATOR)
        .endSource()
        .build();
  }

  /** The same for the same news, so that a repeated reconciliation cannot say it twice. */
  private static String name(HasMetadata about, Announcement announcement) {
    String news =
        String.join(
            "\n",
            about.getMetadata().getUid(),
            String.valueOf(about.getMetadata().getGeneration()),
            announcement.reason().name(),
            announcement.message());
    String digest =
        UUID.nameUUIDFromBytes(news.getBytes(java.nio.charset.StandardCharsets.UTF_8))
            .toString()
            .substring(0, 13);
    return about.getMetadata().getName()
        + "."
        + announcement.reason().name().toLowerCase(Locale.ROOT)
        + "."
        + digest;
  }
}
