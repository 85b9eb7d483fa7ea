package dev.diecast.daemon.network.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.daemon.host.KernelFeatures;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the probe says agrees with what the kernel's files say, and the host keeps its qdiscs. */
public class KernelSupportKernelIT {

  public static void assumeWorks() throws InterruptedException {
    Optional<String> obstacle = KernelPipesWork.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> obstacle.orElseThrow());
  }

  @Test
  void saysWhatTheKernelHasAndLeavesTheHostAlone() throws Exception {
    assumeTrue(
        System.getProperty("user.name").equals("root"),
        "SKIPPED: a network namespace of one's own needs root");
    KernelFeatures kernel = KernelFeatures.ofHost(Path.of("/proc"));
    String before = new Tc(Optional.empty()).text("qdisc", "show", "dev", "lo");
    KernelSupport support = KernelSupport.probe(kernel);
    System.out.println("KernelSupportKernelIT: " + support);
    assertThat(new Tc(Optional.empty()).text("qdisc", "show", "dev", "lo")).isEqualTo(before);
    assertThat(support.netem())
        .isEqualTo(kernel.has("sch_netem", "CONFIG_NET_SCH_NETEM", "netem_enqueue"));
    if (support.netem() && support.htb() && support.flower()) {
      assertThat(support.obstacle().filter(missing -> !missing.contains("skbedit"))).isEmpty();
    } else {
      assertThat(support.obstacle().orElseThrow()).contains("module", "engine Core");
    }
  }
}
