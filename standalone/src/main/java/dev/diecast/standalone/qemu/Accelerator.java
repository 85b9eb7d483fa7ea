package dev.diecast.standalone.qemu;

/** What executes a guest's instructions. */
public enum Accelerator {
  /** The processor, by the host kernel's KVM. */
  KVM,
  /** QEMU's translator: works everywhere, slower. */
  TCG;

  /**
   * As QEMU's {@code -accel} takes it. One host thread per vCPU in both, so that vCPUs can be
   * capped one by one.
   */
  public String argument() {
    return this == KVM ? "kvm" : "tcg,thread=multi";
  }
}
