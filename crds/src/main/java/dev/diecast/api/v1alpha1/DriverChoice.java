package dev.diecast.api.v1alpha1;

/** What a model asks for; {@link Driver} is what a node gets. */
public enum DriverChoice {
  Auto,
  GuestKernel,
  HostModule
}
