package dev.diecast.daemon.network.kernel;

import dev.diecast.daemon.network.conformance.EngineUnderTest;
import dev.diecast.daemon.network.conformance.PipeConformance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Engine kernel against the suite that every engine passes. */
@ExtendWith(KernelPipesWork.class)
class KernelPipesKernelIT extends PipeConformance {

  @Override
  protected EngineUnderTest start() {
    return new KernelRuntime();
  }
}
