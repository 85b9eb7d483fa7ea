package dev.diecast.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import org.jboss.logging.Logger;

/** Says in one line that a reconciliation failed and will be tried again. */
final class Troubles {

  private static final Logger LOG = Logger.getLogger("dev.diecast.operator");

  private Troubles() {}

  static void log(HasMetadata resource, Exception problem) {
    LOG.warnf(
        "%s %s/%s will be tried again: %s",
        resource.getKind(),
        resource.getMetadata().getNamespace(),
        resource.getMetadata().getName(),
        problem.getMessage() == null ? problem.toString() : problem.getMessage());
    LOG.debug("the whole of it", problem);
  }
}
