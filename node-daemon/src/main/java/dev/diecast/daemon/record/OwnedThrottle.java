package dev.diecast.daemon.record;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A cgroup whose I/O throttles were set for a VM.
 *
 * @param made whether the cgroup is ours and goes as a whole (v1)
 * @param limits v2: by {@code major:minor}, the line of io.max that the device had before
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record OwnedThrottle(String cgroup, boolean made, Map<String, String> limits) {
  public OwnedThrottle {
    limits = limits == null ? Map.of() : Map.copyOf(limits);
  }

  /** Lines of io.max as they were. */
  public List<String> before() {
    return List.copyOf(new TreeMap<>(limits).values());
  }

  /** Of the given devices alone. */
  public OwnedThrottle withDevices(Collection<String> devices) {
    Map<String, String> kept = new TreeMap<>(limits);
    kept.keySet().retainAll(devices);
    return new OwnedThrottle(cgroup, made, kept);
  }
}
