package dev.diecast.daemon.network.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diecast.daemon.host.KernelFeatures;
import dev.diecast.daemon.network.conformance.EngineUnderTest;
import dev.diecast.daemon.network.conformance.PipeConformance;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** Engine kernel against the suite that every engine passes. */
class KernelPipesKernelIT extends PipeConformance {

  @BeforeAll
  static void mayShape() throws Exception {
    KernelFeatures kernel = KernelFeatures.ofHost(Path.of("/proc"));
    boolean netem = kernel.has("sch_netem", "CONFIG_NET_SCH_NETEM", "netem_enqueue");
    assumeTrue(
        netem && System.getProperty("user.name").equals("root"),
        "SKIPPED: this kernel has no netem, or this is not root (the worker VM has both)");
  }

  @Override
  protected EngineUnderTest start() {
    return new KernelRuntime();
  }
}
