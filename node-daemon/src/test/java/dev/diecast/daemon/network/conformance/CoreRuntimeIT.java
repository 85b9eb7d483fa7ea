package dev.diecast.daemon.network.conformance;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class CoreRuntimeIT extends PipeConformance {
  @TempDir Path directory;

  @Override
  protected EngineUnderTest start() {
    return new CoreRuntime(directory);
  }
}
