package dev.diecast.operator.vm;

import dev.diecast.core.DilationFactor;
import dev.diecast.core.Rational;
import java.util.Map;

/**
 * Makes the timeouts by which KubeVirt judges a guest from outside T times as long: a template says
 * them as its guest would, in guest time. How often a probe may fail stays what it is.
 */
final class OutsideTimeouts {

  /** Seconds that KubeVirt gives a guest to shut down where nothing is said (api/core/v1). */
  private static final int DEFAULT_GRACE = 30;

  /** Defaults of a probe that names none (Kubernetes, core/v1 Probe), seconds. */
  private static final Map<String, Integer> PROBE_DEFAULTS =
      Map.of("periodSeconds", 10, "timeoutSeconds", 1);

  private OutsideTimeouts() {}

  /** In place. */
  static void dilate(Map<String, Object> template, DilationFactor factor) {
    for (String probe : new String[] {"readinessProbe", "livenessProbe"}) {
      if (Fields.has(template, "spec", probe)) {
        Map<String, Object> fields = Fields.object(template, "spec", probe);
        PROBE_DEFAULTS.forEach(fields::putIfAbsent);
        dilate(fields, "periodSeconds", factor);
        dilate(fields, "timeoutSeconds", factor);
        dilate(fields, "initialDelaySeconds", factor);
      }
    }
    Map<String, Object> spec = Fields.object(template, "spec");
    spec.putIfAbsent("terminationGracePeriodSeconds", DEFAULT_GRACE);
    dilate(spec, "terminationGracePeriodSeconds", factor);
  }

  private static void dilate(Map<String, Object> fields, String field, DilationFactor factor) {
    if (fields.get(field) instanceof Number seconds) {
      Rational host = factor.value().times(Rational.of(seconds.longValue()));
      fields.put(field, (int) Math.min(Integer.MAX_VALUE, host.ceiling().longValue()));
    }
  }
}
