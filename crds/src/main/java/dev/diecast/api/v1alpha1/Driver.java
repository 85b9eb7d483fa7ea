package dev.diecast.api.v1alpha1;

/** A means of dilating a guest's time. */
public enum Driver {
  /** Kernel arguments declare the TSC to tick T times as fast as it does. */
  GuestKernel,
  /** A host kernel module dilates the kvm-clock page. */
  HostModule
}
