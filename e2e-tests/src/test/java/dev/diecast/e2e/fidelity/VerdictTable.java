package dev.diecast.e2e.fidelity;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What came out of all runs; kept for {@code ./diecast test fidelity} to print. */
final class VerdictTable {
  private final List<Row> rows = new ArrayList<>();
  private final Path file;

  /**
   * One run.
   *
   * @param run what was done to it
   * @param wanted verdict and causes
   * @param cause that was told; empty where none was
   */
  record Row(String run, String wanted, String verdict, String cause, boolean right) {}

  VerdictTable(Path file) {
    this.file = file;
  }

  void add(Row row) throws IOException {
    rows.add(row);
    Files.createDirectories(file.getParent());
    JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), rows);
    System.out.printf(
        "%-5s %-40s %-8s %s%n", row.right ? "right" : "WRONG", row.run, row.verdict, row.cause);
  }
}
