package dev.diecast.standalone.compare;

import java.util.Objects;

/** One result of a run, in the guest's frame of time. */
public sealed interface Series {
  /** What it is called in both runs. */
  String name();

  /** Of which kind: two series are compared where kind and name are the same. */
  default String key() {
    return getClass().getSimpleName() + " " + name();
  }

  /**
   * @param unit such as {@code requests/s}, of guest time
   */
  record Throughput(String name, double value, String unit) implements Series {
    public Throughput {
      Objects.requireNonNull(unit);
      requireSound("throughput", name, value);
    }
  }

  /** How long something took. */
  record Latency(String name, Distribution distribution) implements Series {
    public Latency {
      Objects.requireNonNull(name);
      Objects.requireNonNull(distribution);
    }
  }

  /**
   * @param share of the CPU that was due to a tier, that it used
   */
  record Cpu(String name, double share) implements Series {
    public Cpu {
      requireSound("cpu", name, share);
    }
  }

  private static void requireSound(String what, String name, double value) {
    Objects.requireNonNull(name);
    if (!(value >= 0) || !Double.isFinite(value)) {
      throw new IllegalArgumentException("%s of %s is %s".formatted(what, name, value));
    }
  }
}
