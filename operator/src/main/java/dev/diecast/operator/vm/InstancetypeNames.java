package dev.diecast.operator.vm;

import dev.diecast.api.v1alpha1.InstancetypeReference;
import dev.diecast.api.v1alpha1.PreferenceReference;
import java.util.LinkedHashMap;
import java.util.Map;

/** References to instancetypes and preferences as KubeVirt's matchers. */
final class InstancetypeNames {

  private InstancetypeNames() {}

  static Map<String, Object> of(InstancetypeReference reference) {
    return matcher(reference.effectiveKind().name(), reference.name());
  }

  static Map<String, Object> of(PreferenceReference reference) {
    return matcher(reference.effectiveKind().name(), reference.name());
  }

  private static Map<String, Object> matcher(String kind, String name) {
    Map<String, Object> matcher = new LinkedHashMap<>();
    matcher.put("kind", kind);
    matcher.put("name", name);
    return matcher;
  }
}
