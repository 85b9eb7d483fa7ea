package dev.diecast.standalone.cli.run;

import dev.diecast.api.v1alpha1.DilatedNode;
import dev.diecast.core.cpu.SwitchLoss;
import dev.diecast.standalone.cli.work.CpuCompensation;
import dev.diecast.standalone.virt.GuestVcpus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What one node's vCPUs have used up to a moment.
 *
 * @param node its name
 * @param due host cores that T gives them
 * @param workShare of what is used ({@link SwitchLoss#workShare})
 */
record CpuUse(String node, String group, double due, double workShare, GuestVcpus.Times times) {

  static CpuUse of(DilatedNode node, GuestVcpus.Times times) {
    return new CpuUse(
        node.getMetadata().getName(),
        node.getSpec().group(),
        FidelityRun.due(node).toDouble(),
        CpuCompensation.cpu(node).map(CpuCompensation::workShare).orElse(1.0),
        times);
  }

  /**
   * What was used for work over what was due, the mean of each group's nodes: what is lost at
   * switches is no work.
   */
  static Map<String, Double> shares(List<CpuUse> before, List<CpuUse> after, Duration took) {
    Map<String, CpuUse> earlier = byNode(before);
    return after.stream()
        .collect(
            Collectors.groupingBy(
                CpuUse::group,
                TreeMap::new,
                Collectors.averagingDouble(use -> use.share(earlier.get(use.node), took))));
  }

  /** What the nodes of each group used together, as their host counted it. */
  static Map<String, GuestVcpus.Times> byGroup(List<CpuUse> before, List<CpuUse> after) {
    Map<String, GuestVcpus.Times> used = new TreeMap<>();
    Map<String, CpuUse> earlier = byNode(before);
    after.forEach(
        use ->
            used.merge(
                use.group, use.times.since(earlier.get(use.node).times), GuestVcpus.Times::plus));
    return used;
  }

  private static Map<String, CpuUse> byNode(List<CpuUse> uses) {
    return uses.stream().collect(Collectors.toMap(CpuUse::node, Function.identity()));
  }

  private double share(CpuUse before, Duration took) {
    GuestVcpus.Times used = times.since(before.times);
    return used.ofThreads().runNanos() * workShare / took.toNanos() / due;
  }
}
