package dev.diecast.daemon.network.kernel;

import dev.diecast.daemon.network.conformance.EngineUnderTest;
import dev.diecast.daemon.network.conformance.PipeConformance;
import org.junit.jupiter.api.BeforeAll;

/** Engine kernel against the suite that every engine passes. */
class KernelPipesKernelIT extends PipeConformance {

  @BeforeAll
  static void mayShape() throws Exception {
    KernelSupportKernelIT.assumeWorks();
  }

  @Override
  protected EngineUnderTest start() {
    return new KernelRuntime();
  }
}
