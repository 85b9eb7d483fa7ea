package dev.diecast.e2e.module;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diecast.core.fidelity.Share;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a call of KVM's costs more where the module hooks it: {@code kernel-modules/tests/bare.c}.
 *
 * @param absentNanos of a write of the deadline register without the module, two calls that are
 *     hooked
 * @param hookNanos what a hook adds to a call, by what the module knows of the VM
 */
record HookCost(double absentNanos, Map<String, Double> hookNanos) {
  private static final int HOOKS_PER_WRITE = 2;
  private static final List<String> STATES = List.of("empty", "other", "own", "rescaled");
  private static final int BATCHES = 200;

  /** In rounds of all states, so that what else this machine does hits all alike. */
  static HookCost measure(ModuleHost host, int rounds) throws IOException, InterruptedException {
    List<Double> absent = new ArrayList<>();
    Map<String, List<Double>> present = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      host.unload();
      absent.add(Double.parseDouble(host.bare("cost " + BATCHES).get("absent")));
      host.load();
      Map<String, String> took = host.bare("cost " + BATCHES);
      // Else the last state was not what it is called.
      assertThat(took).containsEntry("deadlines", "128");
      for (String state : STATES) {
        present
            .computeIfAbsent(state, _ -> new ArrayList<>())
            .add(Double.parseDouble(took.get(state)));
      }
    }
    double without = median(absent);
    Map<String, Double> hook = new LinkedHashMap<>();
    present.forEach((state, nanos) -> hook.put(state, (median(nanos) - without) / HOOKS_PER_WRITE));
    return new HookCost(without, hook);
  }

  private static double median(List<Double> values) {
    return Share.ofReadings(values.stream().mapToDouble(Double::doubleValue).toArray()).value();
  }

  String describe() {
    StringBuilder text = new StringBuilder();
    text.append(
        "a write of a TSC deadline takes KVM %.0f ns; a hook adds, in ns".formatted(absentNanos));
    hookNanos.forEach((state, nanos) -> text.append(", %s: %.0f".formatted(state, nanos)));
    return text.toString();
  }
}
