package dev.diecast.standalone.cli;

import picocli.CommandLine.Option;

/** How a result is printed. */
final class OutputOption {
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

  boolean json() {
    return format == Format.json;
  }

  void printJson(Object value) {
    Json.print(value);
  }
}
