package dev.diecast.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diecast.standalone.HostCommand;
import dev.diecast.standalone.Progress;
import dev.diecast.standalone.UserDirectories;
import dev.diecast.standalone.debian.Closure;
import dev.diecast.standalone.debian.DebianPackages;
import dev.diecast.standalone.debian.PackageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The health scripts for Argo CD, run by a real Lua of the version that Argo CD embeds, on the test
 * data in Argo's own layout.
 */
class ArgoHealthE2E {
  private static final Path SCRIPTS =
      Chart.home().resolve("examples/gitops/argocd/resource_customizations/diecast.dev");

  @TempDir Path directory;

  /** Debian's, unpacked in the cache as QEMU is; nothing is installed. */
  private static Path lua;

  @BeforeAll
  static void fetch() {
    lua =
        DebianPackages.ofHost(UserDirectories.cache(), Progress.SILENT)
            .unpack(PackageRequest.of(Closure.MISSING_ON_HOST, "lua5.1"))
            .root();
  }

  static Stream<String> cases() throws IOException {
    Stream.Builder<String> cases = Stream.builder();
    for (String kind : List.of("ScaleModel", "DilatedNode", "DilationHost")) {
      for (JsonNode test : tests(kind)) {
        cases.add(kind + "/" + test.path("inputPath").asText());
      }
      try (Stream<Path> inputs = Files.list(SCRIPTS.resolve(kind + "/testdata"))) {
        assertThat(inputs.count()).as("inputs of %s", kind).isEqualTo(tests(kind).size());
      }
    }
    return cases.build();
  }

  private static JsonNode tests(String kind) throws IOException {
    return Chart.yaml(SCRIPTS.resolve(kind + "/health_test.yaml")).path("tests");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void healthIsAsExpected(String test) throws IOException {
    String kind = test.substring(0, test.indexOf('/'));
    String input = test.substring(kind.length() + 1);
    JsonNode expected =
        StreamSupport.stream(tests(kind).spliterator(), false)
            .filter(each -> each.path("inputPath").asText().equals(input))
            .findFirst()
            .orElseThrow()
            .path("healthStatus");
    Path script = directory.resolve("run.lua");
    Files.writeString(
        script,
        "obj = "
            + literal(Chart.yaml(SCRIPTS.resolve(kind).resolve(input)))
            + "\nlocal hs = (function()\n"
            + Files.readString(SCRIPTS.resolve(kind + "/health.lua"))
            + "\nend)()\nprint(hs.status)\nprint(hs.message)\n");
    HostCommand.Result result =
        HostCommand.of(List.of(lua.resolve("usr/bin/lua5.1").toString(), script.toString()))
            .environment(
                Map.of("LD_LIBRARY_PATH", lua.resolve("usr/lib/x86_64-linux-gnu").toString()))
            .run();
    assertThat(result.succeeded()).as("%s", result).isTrue();
    assertThat(result.output())
        .containsExactly(expected.path("status").asText(), expected.path("message").asText());
  }

  /** As Argo CD hands it over: what is not there is nil. */
  private static String literal(JsonNode node) {
    if (node.isObject()) {
      return node.properties().stream()
          .map(entry -> "[" + quoted(entry.getKey()) + "]=" + literal(entry.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (node.isArray()) {
      return StreamSupport.stream(node.spliterator(), false)
          .map(ArgoHealthE2E::literal)
          .collect(Collectors.joining(",", "{", "}"));
    }
    return node.isTextual() ? quoted(node.asText()) : node.asText();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
