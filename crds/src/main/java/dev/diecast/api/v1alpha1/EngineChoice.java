package dev.diecast.api.v1alpha1;

/** What a model asks for; {@link Engine} is what its network gets. */
public enum EngineChoice {
  Auto,
  Core,
  Kernel
}
