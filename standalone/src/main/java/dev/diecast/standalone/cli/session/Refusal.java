package dev.diecast.standalone.cli.session;

import java.io.Serial;
import java.util.List;

/**
 * The user's request cannot be carried out as it stands; nothing was started. Every problem names
 * the field, flag or file and the mend. The CLI prints them and exits with {@link
 * ExitCode#REFUSED}.
 */
public final class Refusal extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final transient List<String> problems;

  public Refusal(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  public Refusal(String problem) {
    this(List.of(problem));
  }

  public List<String> problems() {
    return problems;
  }
}
