package dev.diecast.api.resources;

import java.io.Serial;

/** A model's network cannot be had as it is written. */
public final class NetworkRefusal extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final String field;
  private final String problem;

  NetworkRefusal(String field, String problem, Throwable cause) {
    super(field + ": " + problem, cause);
    this.field = field;
    this.problem = problem;
  }

  public NetworkRefusal(String field, String problem) {
    this(field, problem, null);
  }

  /** The field, from {@code spec.network} on: {@code topology.generate}; empty for the whole. */
  public String field() {
    return field;
  }

  /** What is wrong with it, and the mend. */
  public String problem() {
    return problem;
  }
}
