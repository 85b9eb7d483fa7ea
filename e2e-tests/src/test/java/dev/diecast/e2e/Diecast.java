package dev.diecast.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diecast.standalone.supervisor.Instance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The command line as a user has it, on an instance of the tests' own. */
public final class Diecast {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String instance;
  private final Caller caller;

  public Diecast(String instance) {
    this(instance, Map.of(), List.of());
  }

  /**
   * @param environment of the command line, besides what it inherits
   * @param before what runs the command line, such as setpriv with its flags
   */
  public Diecast(String instance, Map<String, String> environment, List<String> before) {
    this.instance = instance;
    this.caller = new Caller(environment, before);
  }

  public static Path home() {
    Path here = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(here.resolve("diecast"))) {
      here = here.getParent();
    }
    return here;
  }

  /** What a finished call left. */
  public record Result(int exit, String out, String err) {
    public JsonNode json() {
      try {
        return JSON.readTree(out);
      } catch (IOException e) {
        throw new UncheckedIOException("no JSON on standard output: " + out + err, e);
      }
    }

    public String all() {
      return "exit " + exit + "\n" + out + err;
    }
  }

  /** Whoever calls the command line. */
  private record Caller(Map<String, String> environment, List<String> before) {

    Process launch(Path out, Path err, List<String> line) throws IOException {
      List<String> command = new ArrayList<>(before);
      // Whoever runs the tests in the background ignores SIGINT, which children inherit; a person's
      // shell does not.
      command.addAll(
          List.of("env", "--default-signal=INT,TERM,HUP", home().resolve("diecast").toString()));
      command.addAll(line);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(home().toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      return builder.start();
    }

    Result finish(List<String> line) throws IOException, InterruptedException {
      Path out = Files.createTempFile("diecast", ".out");
      Path err = Files.createTempFile("diecast", ".err");
      try {
        Process process = launch(out, err, line);
        if (!process.waitFor(Duration.ofMinutes(15).toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
          throw new IOException(line + " did not end: " + Files.readString(err));
        }
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    }
  }

  public Process start(Path out, Path err, String command, String... arguments) throws IOException {
    return caller.launch(out, err, line(command, ofInstance(), arguments));
  }

  /** A command on the instance. */
  public Result run(String command, String... arguments) throws IOException, InterruptedException {
    return caller.finish(line(command, ofInstance(), arguments));
  }

  /** A command that is of no instance. */
  public static Result ofNone(String command, String... arguments)
      throws IOException, InterruptedException {
    return new Caller(Map.of(), List.of()).finish(line(command, List.of(), arguments));
  }

  private List<String> ofInstance() {
    return List.of("--instance", instance);
  }

  private static List<String> line(String command, List<String> options, String... arguments) {
    return Stream.of(List.of(command.split(" ")), options, List.of(arguments))
        .flatMap(List::stream)
        .toList();
  }

  public Result kubectl(String... arguments) throws IOException, InterruptedException {
    return run("kubectl", arguments);
  }

  public Path stateDirectory() {
    return Instance.named(instance).directory();
  }

  /** Processes that carry this instance's mark. */
  public List<Long> processes() throws IOException {
    String mark = "DIECAST_INSTANCE=" + stateDirectory();
    try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
      return entries
          .filter(entry -> entry.getFileName().toString().matches("\\d+"))
          .filter(entry -> environment(entry).contains(mark))
          .map(entry -> Long.parseLong(entry.getFileName().toString()))
          .toList();
    }
  }

  public long pidOf(String fragment) throws IOException {
    return findPid(fragment)
        .orElseThrow(
            () ->
                new IOException(
                    "no process of the instance has " + fragment + " in its command line"));
  }

  public Optional<Long> findPid(String fragment) throws IOException {
    for (long pid : processes()) {
      if (commandLine(pid).contains(fragment)) {
        return Optional.of(pid);
      }
    }
    return Optional.empty();
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc", "" + pid, "cmdline"));
    } catch (IOException e) {
      return ""; // it has just ended
    }
  }

  private static List<String> environment(Path process) {
    try {
      return List.of(
          new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.UTF_8)
              .split("\0"));
    } catch (IOException e) {
      return List.of(); // it has ended, or is not ours to read
    }
  }

  /** Everything of the instance that can be found on this machine; empty after `down`. */
  public List<String> leftovers() throws IOException {
    List<String> found = new ArrayList<>();
    for (long pid : processes()) {
      found.add("process " + pid);
    }
    if (Files.exists(stateDirectory())) {
      found.add("directory " + stateDirectory());
    }
    if (Files.readString(Path.of("/proc/mounts")).contains(stateDirectory().toString())) {
      found.add("a mount under " + stateDirectory());
    }
    cgroups().forEach(group -> found.add("cgroup " + group));
    return found;
  }

  /** Of the instance's guests, in every hierarchy, each after what it is in. */
  public List<Path> cgroups() throws IOException {
    String own = Instance.named(instance).cgroupName();
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all =
        Files.find(Path.of("/sys/fs/cgroup"), 12, (_, attributes) -> attributes.isDirectory())) {
      all.filter(
              group ->
                  StreamSupport.stream(group.spliterator(), false).anyMatch(Path.of(own)::equals))
          .forEach(found::add);
    }
    return found;
  }
}
