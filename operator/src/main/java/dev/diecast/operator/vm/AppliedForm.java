package dev.diecast.operator.vm;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was applied to an object, and the form in which the server keeps it. The two may differ for
 * good: a webhook that reads the object into Go's types and writes it anew drops zero values and
 * rewrites quantities. So a stored object is compared with what the server made of the same apply
 * before, not with what was sent; whatever a server rewrites, it need not be known here.
 *
 * @param uid of the stored object
 * @param applied digest of all that was sent
 * @param stored digest of the same fields as they are in the stored object; fields of others do not
 *     count
 */
public record AppliedForm(String uid, String applied, String stored) {

  /** The form of what {@code desired} says in {@code actual}. */
  public static AppliedForm of(
      GenericKubernetesResource desired, GenericKubernetesResource actual) {
    Map<String, Object> applied = Fields.of(desired);
    Map<String, Object> stored = new LinkedHashMap<>();
    stored.put("of", projection(applied, Fields.of(actual)));
    return new AppliedForm(
        actual.getMetadata().getUid(), Fields.digest(applied), Fields.digest(stored));
  }

  /** The part of a stored value that an applied value speaks of; null where it is not there. */
  private static Object projection(Object applied, Object stored) {
    if (applied instanceof Map<?, ?> fields && stored instanceof Map<?, ?> there) {
      Map<String, Object> part = new LinkedHashMap<>();
      fields.forEach(
          (name, value) -> part.put(name.toString(), projection(value, there.get(name))));
      return part;
    }
    if (applied instanceof List<?> items
        && stored instanceof List<?> there
        && items.size() == there.size()) {
      List<Object> part = new ArrayList<>();
      for (int index = 0; index < items.size(); index++) {
        part.add(projection(items.get(index), there.get(index)));
      }
      return part;
    }
    // Of a list of another length all counts: which item is whose cannot be said.
    return stored;
  }
}
