package dev.diecast.standalone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;

/**
 * What a command line printed, run in this JVM.
 *
 * @param out standard output
 * @param errors what it said of failures
 */
public record CommandLineRun(int exit, String out, String errors) {

  /**
   * @param line made for where its failures are to be told
   */
  public static CommandLineRun of(Function<PrintStream, CommandLine> line, List<String> words) {
    PrintStream standard = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      int exit =
          line.apply(new PrintStream(errors, true, StandardCharsets.UTF_8))
              .execute(words.toArray(String[]::new));
      return new CommandLineRun(
          exit, out.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(standard);
    }
  }

  public JsonNode json() throws IOException {
    return JsonMapper.builder().build().readTree(out);
  }
}
