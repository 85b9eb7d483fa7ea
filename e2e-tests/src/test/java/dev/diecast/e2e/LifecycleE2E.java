package dev.diecast.e2e;

/** As a user has it on one machine: operator and daemon may do everything. */
class LifecycleE2E extends ModelLife {
  @Override
  protected Diecast start() {
    return new Diecast("e2e-life");
  }
}
