package dev.diecast.standalone.cli.session;

import picocli.CommandLine.Option;

/** How a result is printed. */
public final class OutputOption {
  enum Format {
    text,
    json
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Format format;

  public boolean json() {
    return format == Format.json;
  }

  public void printJson(Object value) {
    Json.print(value);
  }
}
