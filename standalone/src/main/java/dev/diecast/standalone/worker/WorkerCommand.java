package dev.diecast.standalone.worker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A program to be run in a worker VM.
 *
 * @param argv program, as a path or a name on PATH, and arguments
 * @param environment all of its environment
 * @param directory where it is started
 * @param stdin its whole standard input
 * @param timeout in host time; the program and all that it started are killed after it
 */
public record WorkerCommand(
    List<String> argv,
    Map<String, String> environment,
    Path directory,
    byte[] stdin,
    Duration timeout) {

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  public WorkerCommand {
    argv = List.copyOf(argv);
    environment = Map.copyOf(environment);
    if (argv.isEmpty()) {
      throw new IllegalArgumentException("no program to run");
    }
  }

  /** With the environment of a root login, in {@code /}, without input, for at most a minute. */
  public static WorkerCommand of(String... argv) {
    Map<String, String> login =
        Map.of(
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME",
            "/root",
            "LANG",
            "C.UTF-8");
    return new WorkerCommand(
        List.of(argv), login, Path.of("/"), new byte[0], Duration.ofMinutes(1));
  }

  public WorkerCommand with(String variable, String value) {
    Map<String, String> more = new TreeMap<>(environment);
    more.put(variable, value);
    return withEnvironment(more);
  }

  public WorkerCommand withEnvironment(Map<String, String> all) {
    return new WorkerCommand(argv, all, directory, stdin, timeout);
  }

  public WorkerCommand in(Path where) {
    return new WorkerCommand(argv, environment, where, stdin, timeout);
  }

  public WorkerCommand withStdin(byte[] input) {
    return new WorkerCommand(argv, environment, directory, input, timeout);
  }

  public WorkerCommand within(Duration limit) {
    return new WorkerCommand(argv, environment, directory, stdin, limit);
  }

  /** The script that the VM's agent runs. Every word is quoted: the shell there changes none. */
  String script() {
    StringBuilder script = new StringBuilder();
    script.append("unset PATH HOME SHELL USER TERM PWD OLDPWD\n");
    new TreeMap<>(environment)
        .forEach(
            (name, value) -> {
              // What is no variable to a shell (as bash's exported functions) cannot be passed on.
              if (VARIABLE.matcher(name).matches()) {
                script.append("export ").append(name).append('=').append(ShellWords.quote(value));
                script.append('\n');
              }
            });
    script.append("cd ").append(ShellWords.quote(directory.toString())).append(" || exit 126\n");
    script.append("exec");
    argv.forEach(word -> script.append(' ').append(ShellWords.quote(word)));
    return script.append('\n').toString();
  }
}
