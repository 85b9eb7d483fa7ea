package dev.diecast.daemon.network.conformance;

class VirtualTimeCoreTest extends PipeConformance {
  @Override
  protected EngineUnderTest start() {
    return new VirtualTimeCore();
  }
}
